import { readFile } from 'node:fs/promises';
import type { Argv } from '../base/argv.ts';

/** Ample for a node; podman lowers its own limit of processes (to 32 768), so the host's may be out of reach. */
const wanted = 20_000;

/** The hard limit of one row of /proc/PID/limits, in the row's unit. */
export function hardLimit(limits: string, row: string): number {
  const line = limits.split('\n').find((text) => text.startsWith(row)) ?? '';
  const hard = line.slice(row.length).trim().split(/\s+/)[1];
  return hard === undefined || hard === 'unlimited' ? wanted : Math.min(Number(hard), wanted);
}

/**
 * Limits that a container may have here. Without CAP_SYS_RESOURCE nobody may raise a hard limit, and engines fail
 * on their own defaults ("error setting rlimit type 6"), so the host's are passed on.
 */
export async function ulimitArgv(): Promise<Argv> {
  const limits = await readFile('/proc/self/limits', 'utf8');
  const files = hardLimit(limits, 'Max open files');
  const processes = hardLimit(limits, 'Max processes');
  return ['--ulimit', `nofile=${files}:${files}`, '--ulimit', `nproc=${processes}:${processes}`];
}
