import { expect, it } from 'vitest';
import { markSettled, settledAt } from '../../../../scripts/lab/snapshot/settled.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

it('is when the lab last came up whole', async () => {
  const stateDir = await temporaryFolder();
  expect(await settledAt({ stateDir })).toBe(0);
  const before = Date.now();
  await markSettled({ stateDir });
  const at = await settledAt({ stateDir });
  expect(at).toBeGreaterThanOrEqual(before);
  expect(at).toBeLessThanOrEqual(Date.now());
});
