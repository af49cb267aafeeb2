import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leftovers, testLab } from '../support/lab.ts';

/** The story of a learner and an instructor on a lab of its own, beside whatever else runs on this machine. */
const lab = testLab('e2e', '10.100.210.0/24');

interface Status {
  nodes: { name: string; state: string; ready?: boolean }[];
}

beforeAll(async () => {
  await lab.run(['down', '--purge']);
});

afterAll(async () => {
  await lab.ok(['down', '--purge']);
  expect(await leftovers(lab)).toEqual([]);
});

describe('a lab without a pod network', () => {
  test('comes up with all nodes joined and NotReady', async () => {
    const { stdout } = await lab.ok(['up', '--cni', 'none', '--network', lab.network]);
    expect(stdout).toContain('no pod network yet');
    const { nodes } = await lab.json<Status>(['status', '--json']);
    expect(nodes.map(({ name }) => name)).toEqual(['master', 'node1', 'node2']);
    expect(nodes.every(({ ready }) => ready === false)).toBe(true);
  });

  test('has the two NICs of the course on every node', async () => {
    for (const node of ['master', 'node1', 'node2']) {
      const { stdout } = await lab.ok(['ssh', node, '--', 'ip', '-4', '-brief', 'address']);
      expect(stdout).toMatch(/enp0s3\S*\s+UP\s+10\.0\.2\.15\/24/);
      expect(stdout).toMatch(/enp0s8\S*\s+UP\s+10\.100\.210\.20[012]\/24/);
    }
  });

  test('cni-02: fresh 0, half done in part, done in full', async () => {
    await lab.ok(['exercise', 'cni-02']);
    const fresh = await lab.check('cni-02');
    expect(fresh).toMatchObject({ code: 1, result: { status: 'fail', score: 0, max: 100 } });
    expect(fresh.result.criteria[0]?.why).not.toBe('');

    // The learner's first try: the course's broken manifest.
    await lab.ok([
      ...['ssh', 'master', '--', 'kubectl', 'apply', '-f'],
      '/vagrant/manifests/cni/flannel/flannel.yml',
    ]);
    await expect
      .poll(async () => (await lab.check('cni-02')).result.score, {
        timeout: 90_000,
        interval: 3000,
      })
      .toBe(70);

    await lab.ok(['cni', 'remove']);
    await lab.ok(['cni', 'install', 'flannel']);
    await expect
      .poll(async () => (await lab.check('cni-02')).code, { timeout: 60_000, interval: 2000 })
      .toBe(0);
    await lab.ok(['exercise', 'reset', 'cni-02']);
  });
});

describe('a complete lab', () => {
  test('is completed by a plain lab up, and says what it has proven', async () => {
    const { stdout } = await lab.ok(['up', '--cni', 'flannel']);
    expect(stdout).toContain('Done: nodes Ready, CoreDNS ready');
  });

  test('a second lab up has nothing to do', async () => {
    const { stdout } = await lab.ok(['up']);
    expect(stdout).toMatch(/init: nothing to do/);
    expect(stdout).toMatch(/join-node1: nothing to do/);
  });

  test('its kubeconfig works from the host and in the nodes', async () => {
    const { stdout } = await lab.ok(['kubectl', 'get', 'nodes', '-o', 'name']);
    expect(stdout.trim().split('\n')).toHaveLength(3);
    const inside = await lab.ok([
      ...['ssh', 'node1', '--', 'kubectl', '--kubeconfig', '/vagrant/admin.conf', 'get', 'nodes'],
    ]);
    expect(inside.stdout).toContain('Ready');
    const mode = await lab.ok(['ssh', 'master', '--', 'stat', '-c', '%a', '/vagrant/admin.conf']);
    expect(mode.stdout.trim()).toBe('600');
  });

  test('an API server takes the manifest of weave', async () => {
    const manifest = '/vagrant/manifests/cni/weave/weave.yml';
    const apply = ['kubectl', 'apply', '--dry-run=server', '-f', manifest];
    const { stdout } = await lab.ok(['ssh', 'master', '--', ...apply]);
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(6);
    for (const line of lines) expect(line).toContain('created (server dry run)');
  });

  test('every exercise is proven', async () => {
    const { code, stdout } = await lab.run(['labs', 'prove'], { echo: true });
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/exercises: \d+ passed, 0 failed/);
  }, 3_000_000);
});

describe('bad luck', () => {
  test('a second lab up at the same time is refused with the holder named', async () => {
    const first = lab.start(['up']);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const second = await lab.run(['up']);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('is in use by `lab up`');
    expect(second.stderr).toContain(String(first.child.pid));
    expect((await first.ended).code).toBe(0);
  });

  test('a killed node is named by status and healed by lab up', async () => {
    execFileSync('podman', ['kill', '--signal', 'KILL', `${lab.name}-node2`], { stdio: 'ignore' });
    const { nodes } = await lab.json<Status>(['status', '--json']);
    expect(nodes.find(({ name }) => name === 'node2')?.state).toBe('stopped');
    const { stdout } = await lab.ok(['up']);
    expect(stdout).toContain('Done: nodes Ready');
  });

  test('another ssh host key is refused', async () => {
    const key = join(lab.stateDir, 'nodes', 'node1', 'seed', 'ssh_host_ed25519_key.pub');
    const other = join(lab.stateDir, 'nodes', 'node2', 'seed', 'ssh_host_ed25519_key.pub');
    const right = execFileSync('cat', [key], { encoding: 'utf8' });
    try {
      writeFileSync(key, execFileSync('cat', [other]));
      const { code, stderr } = await lab.run(['ssh', 'node1', '--', 'true']);
      expect(code).toBe(1);
      expect(stderr).toContain('another ssh host key');
    } finally {
      writeFileSync(key, right);
    }
  });

  test('a network in use is refused with its owner named', async () => {
    const { code, stderr } = await testLab('e2e-b', lab.network).run([
      'up',
      '--network',
      lab.network,
    ]);
    expect(code).not.toBe(0);
    expect(stderr).toContain('environment "e2e"');
  });

  test.each([
    [['up', '--cni', 'flanel'], 'flannel'],
    [['stauts'], 'status'],
    [['up', '--worker', '2'], '--workers'],
    [['ssh', 'nodel'], 'node1'],
    [['exercise', 'cni-20'], 'cni-02'],
  ])('a mistyped %j is refused with a suggestion', async (words, suggestion) => {
    const { code, stderr } = await lab.run(words);
    expect(code).toBe(2);
    expect(stderr).toContain(suggestion);
  });

  test('weave is refused before anything starts where it cannot run', async () => {
    const other = testLab('e2e-weave', '10.100.216.0/24');
    const { code, stderr } = await other.run(['up', '--cni', 'weave', '--network', other.network]);
    const canDummy = execFileSync('sh', [
      ...['-c', 'unshare -n ip link add d0 type dummy 2>/dev/null && echo yes || echo no'],
    ]);
    if (String(canDummy).trim() === 'no') expect(stderr).toContain('dummy');
    expect(code).not.toBe(0);
    expect(await leftovers(other)).toEqual([]);
  });

  test('a machine without an engine, and without a way to install one, is told what it lacks', async () => {
    // A PATH with little more than a shell.
    const bin = mkdtempSync(join(tmpdir(), 'lab-bin-'));
    try {
      for (const program of ['bash', 'sh', 'which', 'ip', 'stat', 'test', 'cat']) {
        symlinkSync(
          execFileSync('which', [program], { encoding: 'utf8' }).trim(),
          join(bin, program),
        );
      }
      const { code, stderr } = await lab.run(['up'], { env: { PATH: bin } });
      expect(code).toBe(1);
      expect(stderr).toMatch(/packages are missing: .*podman/);
    } finally {
      rmSync(bin, { recursive: true });
    }
  });
});
