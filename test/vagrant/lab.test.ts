import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../scripts/base/paths.ts';
import { local } from '../../scripts/nodes/local.ts';
import { labConfig } from '../support/lab-config.ts';
import { testLab } from '../support/lab.ts';
import { machineLeftovers } from './machines.ts';

/** The whole way of a course with machines: up, three exercises, halt, start, reset, down. */
const lab = testLab('vm-lab', '10.100.232.0/24');

let folder: string;

/** Vagrant as a learner would call it, but from a folder with a lab.yaml of the test's own. */
async function vagrant(
  argv: readonly string[],
  onLine: (line: string) => void = () => undefined,
): Promise<string> {
  const env = { VAGRANT_CWD: projectRoot, VAGRANT_CHECKPOINT_DISABLE: '1' };
  const options = { cwd: folder, env, onLine, timeout: 40 * 60_000 };
  return (await local(['vagrant', ...argv], options)).stdout;
}

/** Ends `lab up` by Ctrl-C at a certain line. */
async function stoppedAt(moment: RegExp): Promise<void> {
  const { child, ended } = lab.start(['--config', join(folder, 'lab.yaml'), 'up']);
  let stopped = false;
  child.stdout?.on('data', (chunk) => {
    // Once: a second Ctrl-C means that the first was not enough, and waits for nothing.
    if (stopped || !moment.test(String(chunk))) return;
    stopped = child.kill('SIGINT');
  });
  const { code, stderr } = await ended;
  expect(code, stderr).toBe(130);
  expect(stderr).toContain('`lab up` goes on from there');
}

describe('a lab of virtual machines', () => {
  beforeAll(async () => {
    await lab.run(['down', '--purge']);
    folder = await mkdtemp(join(tmpdir(), 'lab-vm-'));
    const { name, network } = lab;
    const workers = [{ name: 'node1' }, { name: 'node2' }];
    const nodes = { controlPlane: { name: 'master' }, workers };
    await labConfig(folder, { name, network, provider: 'vagrant', ...nodes });
  });
  afterAll(async () => {
    await lab.run(['down', '--purge']);
    await rm(folder, { recursive: true, force: true });
  });

  it('may be stopped while machines boot', () => stoppedAt(/Waiting for (domain|machine)/));

  it('is prepared by `vagrant up` alone, as in the course', async () => {
    await vagrant(['up'], (line) => console.error(line));
    expect(await vagrant(['status'])).toMatch(/node2\s+running/);
    const words =
      'hostname; ip -4 -br address show enp0s8; grep -c insecure .ssh/authorized_keys; cat /var/lib/lab/prepared';
    const said = await vagrant(['ssh', 'node1', '--command', words]);
    const [host, address, insecure, key] = said.split('\n');
    expect(host).toContain('node1');
    expect(address).toContain('10.100.232.201/24');
    // The key that boxes come with, and that everybody has, is let in no more.
    expect(insecure?.trim()).toBe('0');
    expect(key).toMatch(/^[0-9a-f]{64}/);
  });

  it('may be stopped in kubeadm init', () => stoppedAt(/init: .*control-plane-check/));

  it('comes up with three machines, flannel and names', async () => {
    const { code, stdout, stderr } = await lab.run(['up'], { echo: true });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('Done: nodes Ready');
    const { nodes } = await lab.json<{ nodes: { name: string; state: string }[] }>([
      'status',
      '--json',
    ]);
    expect(nodes.map(({ name, state }) => `${name} ${state}`)).toEqual([
      ...['master running', 'node1 running', 'node2 running'],
    ]);
  });

  it('proves exercises of the node, of pods and of finding faults', async () => {
    // On an emulated processor each wrong answer would take ten minutes more; containers have proven them.
    const prove = ['labs', 'prove', '--quick', 'cni-02', 'pod-01', 'ts-01'];
    const { code, stdout } = await lab.run(prove, { echo: true });
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('3 passed, 0 failed');
  });

  it('stops and starts', async () => {
    await lab.ok(['halt']);
    const { stdout } = await lab.ok(['start']);
    expect(stdout).toContain('the lab is as it was');
  });

  it('is reset without a trace', async () => {
    await lab.ok(['ssh', 'node1', '--', 'sudo', 'rm', '-r', '/etc/cni/net.d']);
    await lab.ok(['reset']);
    const { changes } = await lab.json<{ changes: unknown[] }>(['diff', '--json']);
    expect(changes).toEqual([]);
  });

  it('goes without a trace', async () => {
    await lab.ok(['down', '--purge']);
    expect(await machineLeftovers(lab)).toEqual([]);
  });
});
