import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Disks, EnvironmentSpec, NodeState } from '../../../scripts/nodes/provider.ts';
import { virtualBoxDisks } from '../../../scripts/nodes/providers/virtualbox-disks.ts';

let folder: string;
let asked: string[];
/** Snapshots of VirtualBox, of both machines. */
let there: string[];
let state: NodeState;
let disks: Disks;

/** Stands in for Vagrant with VirtualBox, as far as its snapshots are concerned. */
function answer(argv: readonly string[]): string {
  asked.push(argv.join(' '));
  const [, verb, name = ''] = argv;
  if (verb === 'save') there.push(name);
  if (verb === 'delete') there = there.filter((one) => one !== name);
  const list = (node: string): string => [`==> ${node}: `, ...there].join('\n');
  return verb === 'list' ? `${list('master')}\n${list('node1')}\n` : '';
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-vbox-'));
  const program = `#!/bin/sh\necho "$*" >>${folder}/calls\necho 'SnapFldr="${folder}/none"'\n`;
  await writeFile(join(folder, 'VBoxManage'), program, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
  asked = [];
  there = ['before the course'];
  state = 'running';
  const node = (name: string): object => ({ name, role: 'worker', address: '10.0.0.2' });
  const environment = { name: 'lab', stateDir: folder, nodes: ['master', 'node1'].map(node) };
  disks = virtualBoxDisks({
    environment: environment as unknown as EnvironmentSpec,
    vagrant: (argv) => Promise.resolve({ stdout: answer(argv), stderr: '', exitCode: 0 }),
    states: () => Promise.resolve(new Map(['master', 'node1'].map((name) => [name, state]))),
    node: () => {
      throw new Error('no node is asked');
    },
    disconnect: () => undefined,
  });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const silent = (): void => undefined;

it('saves and gives back what VirtualBox keeps, without the memory', async () => {
  await disks.save(join(folder, 'a', 'disks'), silent);
  const [, name = ''] = there;
  expect(name).toMatch(/^lab-[0-9a-f]{12}$/);
  expect(await disks.kept(join(folder, 'a', 'disks'))).toBe(true);
  await disks.restore(join(folder, 'a', 'disks'), silent);
  expect(asked.at(-1)).toBe(`snapshot restore ${name} --no-provision --no-start`);
  const calls = await readFile(join(folder, 'calls'), 'utf8');
  expect(calls).toContain('discardstate lab-master\ndiscardstate lab-node1\n');
});

it('deletes snapshots of which the lab knows no more, and no others', async () => {
  await disks.save(join(folder, 'a', 'disks'), silent);
  await disks.save(join(folder, 'b', 'disks'), silent);
  const [foreign, first, second] = there;
  await rm(join(folder, 'a'), { recursive: true });
  await disks.save(join(folder, 'c', 'disks'), silent);
  expect(there).toEqual([foreign, second, expect.stringMatching(/^lab-/)]);
  expect(there).not.toContain(first);
});

it('says so when they went with their machines', async () => {
  await disks.save(join(folder, 'a', 'disks'), silent);
  there = [];
  expect(await disks.kept(join(folder, 'a', 'disks'))).toBe(false);
  await expect(disks.restore(join(folder, 'a', 'disks'), silent)).rejects.toMatchObject({
    code: 'snapshot-damaged',
    hint: 'lab up --fresh',
  });
});

it('saves nothing of machines that are missing', async () => {
  state = 'missing';
  await expect(disks.save(join(folder, 'a', 'disks'), silent)).rejects.toMatchObject({
    code: 'nodes-missing',
  });
  expect(asked).toEqual([]);
});
