import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leftovers, testLab } from '../support/lab.ts';

/** kill -9 of `lab up` at random moments: the next command completes it, or removes it without a trace. */
const lab = testLab('e2e-kill', '10.100.212.0/24');
const rounds = Number(process.env.LAB_KILLS ?? 3);
const longest = Number(process.env.LAB_KILL_WITHIN ?? 22_000);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

beforeAll(async () => {
  await lab.run(['down', '--purge']);
});
afterAll(async () => {
  await lab.run(['down', '--purge']);
});

describe('lab up killed', () => {
  for (let round = 1; round <= rounds; round++) {
    test(`round ${round} of ${rounds}`, async () => {
      const { child, ended } = lab.start(['up', '--network', lab.network]);
      const after = Math.round(((round - Math.random()) / rounds) * longest);
      await pause(after);
      child.kill('SIGKILL');
      await ended;
      if (round % 2 === 0) {
        const { stdout } = await lab.ok(['up', '--network', lab.network]);
        expect(stdout, `killed after ${after} ms`).toContain('Done: nodes Ready');
      }
      await lab.ok(['down', '--purge']);
      expect(await leftovers(lab), `killed after ${after} ms`).toEqual([]);
    });
  }
});

test('Ctrl-C ends lab up with exit code 130, and it goes on afterwards', async () => {
  const { child, ended } = lab.start(['up', '--network', lab.network]);
  await pause(4000);
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  expect(code).toBe(130);
  expect(stderr).toContain('lab up');
  const { stdout } = await lab.ok(['up', '--network', lab.network]);
  expect(stdout).toContain('Done: nodes Ready');
});
