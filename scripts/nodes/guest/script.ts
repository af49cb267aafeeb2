import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Argv } from '../../base/argv.ts';
import { projectRoot } from '../../base/paths.ts';
import type { ExecOptions, ExecResult, Node } from '../node.ts';

/** The text of a program of scripts/guest. */
export function guestText(script: string): Promise<string> {
  return readFile(join(projectRoot, 'scripts', 'guest', script), 'utf8');
}

/** Runs a script of scripts/guest on a node as root; no copy of it stays there. */
export async function runGuest(
  node: Pick<Node, 'exec'>,
  script: string,
  args: Argv,
  options?: Omit<ExecOptions, 'stdin'>,
): Promise<ExecResult> {
  const stdin = await guestText(script);
  return node.exec(['bash', '-s', '--', ...args], { ...options, stdin });
}
