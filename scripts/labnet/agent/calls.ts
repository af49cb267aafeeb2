import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '../../base/files.ts';
import type { Timing } from '../plan/run.ts';

/** What the last ADD of an attachment was asked and did; `lab labnet explain` tells it again. */
export interface CallRecord {
  /** ISO 8601. */
  at: string;
  env: Readonly<Record<string, string>>;
  stdin: string;
  timings: Timing[];
  /** From the call's arrival to the answer, in milliseconds. */
  ms: number;
  result: unknown;
}

export function callPath(folder: string, containerId: string, ifName: string): string {
  return join(folder, 'calls', `${containerId}-${ifName}.json`);
}

export async function writeCall(path: string, record: CallRecord): Promise<void> {
  await writeAtomic(path, JSON.stringify(record), 0o600);
}

/** The record that a file's text is; undefined without a file. */
export function readCallText(text: string | undefined): CallRecord | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as CallRecord);
}

export async function forgetCall(path: string): Promise<void> {
  await rm(path, { force: true });
}
