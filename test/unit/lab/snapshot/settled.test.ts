import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { markSettled, settledAt } from '../../../../scripts/lab/snapshot/settled.ts';

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'lab-settled-'));
});
afterEach(() => rm(stateDir, { recursive: true }));

it('is when the lab last came up whole', async () => {
  expect(await settledAt({ stateDir })).toBe(0);
  const before = Date.now();
  await markSettled({ stateDir });
  const at = await settledAt({ stateDir });
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(Date.now());
});
