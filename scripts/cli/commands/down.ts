import { rm } from 'node:fs/promises';
import { usageError } from '../../base/errors.ts';
import { downStages } from '../../lab/down.ts';
import { openEnvironment } from '../../lab/environment.ts';
import { endHolder, withLock } from '../../lab/lock.ts';
import { removeSandboxes } from '../../lab/sandbox.ts';
import { standbyLock } from '../../lab/snapshot/standby.ts';
import type { CommandContext } from '../context.ts';
import { json, say } from '../print.ts';
import { runSteps } from '../run-steps.ts';

interface DownOptions {
  purge?: boolean;
}

/** Removing cannot be undone, so a person at a terminal is asked. */
async function agree(name: string, context: CommandContext): Promise<void> {
  if (context.yes || context.json || !process.stdin.isTTY) return;
  const { confirm } = await import('@clack/prompts');
  const answer = await confirm({ message: `Remove the environment "${name}" with its nodes?` });
  if (answer !== true) throw usageError('declined', 'Nothing was removed');
}

/** `lab down`: removes nodes, networks and files of one environment, and nothing else. */
export async function run(
  _args: readonly string[],
  options: DownOptions,
  context: CommandContext,
): Promise<void> {
  const config = await context.loadConfig();
  const environment = await openEnvironment(config);
  await agree(config.name, context);
  const states = await environment.provider.states();
  const removed = [...states].filter(([, state]) => state !== 'missing').map(([node]) => node);
  let kept: string[] = [];
  const stages = downStages((paths) => (kept = paths));
  try {
    await withLock(environment.spec.stateDir, 'lab down', async () => {
      // Nodes in the making would come back.
      await endHolder(standbyLock(environment.spec));
      removed.push(...(await removeSandboxes(config)));
      await runSteps(stages, environment, context);
      if (!options.purge) return;
      await rm(environment.spec.stateDir, { recursive: true, force: true });
      kept = [];
    });
  } finally {
    environment.close();
  }
  if (context.json) return json({ name: config.name, removed, kept });
  if (removed.length > 0) say(`removed: ${removed.join(', ')}, their networks and their data`);
  else say(`there was no node of "${config.name}"`);
  for (const path of kept) say(`kept: ${path}`);
  if (kept.length > 0) say('(lab down --purge removes that too)');
}
