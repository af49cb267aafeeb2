import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildPrograms, labnetNode, type LabnetNode } from '../../support/labnet-node.ts';

let programs = '';
let node: LabnetNode;

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'labnet-programs-'));
  await buildPrograms(programs);
}, 900_000);

afterAll(async () => {
  await rm(programs, { recursive: true });
});

beforeEach(async () => {
  node = await labnetNode(programs);
  await node.startAgent();
});

afterEach(async () => {
  await node.close();
});

describe('ADD', () => {
  it('works', async () => {
    const pod = await node.pod();
    const answer = await node.call('ADD', { netns: pod });
    console.log(answer);
    expect(answer.exit).toBe(0);
    const check = await node.call('CHECK', { netns: pod, config: { prevResult: answer.body } });
    console.log(check);
    console.log(await node.run(['ip', '-d', 'addr']));
    console.log(await node.run(['ip', '-n', pod, 'addr']));
    console.log(await node.cnitool('add', 'labnet', await node.pod()));
    console.log(await node.cnitool('add', 'reference', await node.pod()));
    console.log(await node.call('DEL', { netns: pod }));
    console.log(await node.run(['ip', 'addr']));
  });
});
