import type { Argv } from '../base/argv.ts';
import type { Node } from '../nodes/node.ts';

/**
 * Connects this terminal, or these pipes, with a session on a node; resolves to its exit code. With a terminal all
 * keys go there, Ctrl-C too. A command without one gets stdin as it comes; a login shell is then asked for no prompt.
 */
export async function attachTerminal(node: Node, command: Argv): Promise<number> {
  const { stdin, stdout, stderr } = process;
  if (!stdin.isTTY || !stdout.isTTY) {
    // Without words ssh would open a terminal; a shell that reads its commands from the pipe is meant.
    const words = command.length > 0 ? command : ['bash', '--login'];
    return node.shell({ command: words, stdin, stdout, stderr });
  }
  const listeners: (() => void)[] = [];
  stdin.setRawMode(true);
  try {
    return await node.shell({
      command,
      stdin,
      stdout,
      stderr,
      // Serial lines and some multiplexers do not tell their size.
      terminal: {
        columns: stdout.columns || 80,
        rows: stdout.rows || 24,
        type: process.env.TERM ?? 'xterm',
      },
      onResize: (listener) => {
        const onResize = (): void => listener(stdout.columns, stdout.rows);
        listeners.push(onResize);
        stdout.on('resize', onResize);
      },
    });
  } finally {
    for (const listener of listeners) stdout.off('resize', listener);
    stdin.setRawMode(false);
    stdin.pause();
  }
}
