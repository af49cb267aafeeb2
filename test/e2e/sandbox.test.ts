import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leftovers, testLab } from '../support/lab.ts';

/** Exercises without a cluster, on an environment that was never brought up. */
const lab = testLab('e2e-sandbox', '10.100.217.0/24');

beforeAll(async () => {
  await lab.run(['down', '--purge']);
});
afterAll(async () => {
  await lab.run(['down', '--purge']);
  expect(await leftovers(lab)).toEqual([]);
});

describe('a sandbox', () => {
  test('is made by the first exercise that needs it, and is bare', async () => {
    const before = await lab.run(['ssh', 'netns', '--', 'true']);
    expect(before.code).toBe(1);
    expect(before.stderr).toContain('lab exercise list');
    await lab.ok(['exercise', 'net-01']);
    const { stdout } = await lab.ok(['ssh', 'netns', '--', 'ip', '-br', 'link']);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect((await lab.check('net-01')).result.score).toBe(0);
  });

  test('grades what was done in it, by any way', async () => {
    const added = await lab.ok(['ssh', 'netns', '--', 'sudo', 'ip', 'netns', 'add', 'red']);
    expect(added.stdout).toBe('');
    const { code, result } = await lab.check('net-01');
    expect(code).toBe(1);
    expect(result.status).not.toBe('error');
  });

  test('ends attempts when it is gone, with the way on', async () => {
    await lab.ok(['down']);
    const { code, stderr } = await lab.run(['exercise', 'check', 'net-01']);
    expect(code).toBe(2);
    expect(stderr).toContain('everything in it is gone');
    expect(stderr).toContain('lab exercise net-01');
    await lab.ok(['exercise', 'net-01']);
    expect((await lab.check('net-01')).result.score).toBe(0);
  });

  test('has a Docker engine with the images of the course, where one is needed', async () => {
    await lab.ok(['exercise', 'ctr-01']);
    const format = '{{.Repository}}:{{.Tag}}';
    const { stdout } = await lab.ok([
      'ssh',
      'docker',
      '--',
      'docker',
      'images',
      '--format',
      format,
    ]);
    expect(stdout).toContain('nginx:latest');
    expect(stdout).toContain('wbitt/network-multitool:latest');
  });

  test('stands beside others and goes with its environment', async () => {
    const { stdout } = await lab.ok(['down', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ removed: ['netns', 'docker'] });
  });
});
