import { LabError } from '../../base/errors.ts';
import { requireNode, type LabConfig } from '../../lab/config.ts';
import { openEnvironment } from '../../lab/environment.ts';
import { openSandboxLab } from '../../lab/sandbox.ts';
import { sandboxKinds, type SandboxKind } from '../../nodes/sandbox-kinds.ts';
import type { CommandContext } from '../context.ts';
import { attachTerminal } from '../terminal.ts';

/**
 * The words to run there. `--` only ends the options. A single word is a line for the shell, as with ssh itself
 * ('ip -br link | head'); several words reach the program as they are.
 */
export function remoteCommand(words: readonly string[]): readonly string[] {
  const given = words[0] === '--' ? words.slice(1) : words;
  const [line = ''] = given;
  return given.length === 1 ? ['bash', '-c', line] : given;
}

async function intoSandbox(
  config: LabConfig,
  kind: SandboxKind,
  words: readonly string[],
  context: CommandContext,
): Promise<number> {
  const lab = await openSandboxLab(config, kind);
  try {
    if (!(await lab.sandbox.running())) {
      throw new LabError('node-down', `The sandbox ${kind} is not running`, {
        why: 'it is made when an exercise that takes place there is started',
        hint: `lab exercise list   (those of ${kind === 'netns' ? 'track net' : 'track ctr'})`,
      });
    }
    context.signal.addEventListener('abort', () => lab.close());
    const code = await attachTerminal(lab.sandbox.node, remoteCommand(words));
    context.signal.throwIfAborted();
    return code;
  } finally {
    lab.close();
  }
}

/** `lab ssh`: a login shell, or a command whose exit code is passed on. */
export async function run(
  [name = '', ...words]: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<number> {
  const config = await context.loadConfig();
  const kind = sandboxKinds.find((one) => one === name);
  if (kind) return intoSandbox(config, kind, words, context);
  requireNode(config, name, sandboxKinds);
  const environment = await openEnvironment(config);
  try {
    const state = (await environment.provider.states()).get(name);
    if (state !== 'running') {
      throw new LabError('node-down', `The node ${name} is not running`, {
        why: `its container is ${state ?? 'missing'}`,
        hint: 'lab up   (starts it)',
      });
    }
    // With a terminal, Ctrl-C goes to the node; without one it ends the session here.
    context.signal.addEventListener('abort', () => environment.close());
    const code = await attachTerminal(environment.provider.node(name), remoteCommand(words));
    context.signal.throwIfAborted();
    return code;
  } finally {
    environment.close();
  }
}
