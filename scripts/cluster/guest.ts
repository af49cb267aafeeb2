import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv } from '../base/argv.ts';
import { projectRoot } from '../base/paths.ts';
import type { ExecOptions, ExecResult, Node } from '../nodes/node.ts';

/** Runs a script of scripts/guest on a node as root; no copy of it stays there. */
export async function runGuest(
  node: Pick<Node, 'exec'>,
  script: string,
  args: Argv,
  options?: Omit<ExecOptions, 'stdin'>,
): Promise<ExecResult> {
  const text = await readFile(join(projectRoot, 'scripts', 'guest', script), 'utf8');
  return node.exec(['bash', '-s', '--', ...args], { ...options, stdin: text });
}
