import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Trace } from '../../scripts/lab/trace/trace.ts';
import type { Explanation } from '../../scripts/labnet/explain/explanation.ts';
import { labConfig } from '../support/lab-config.ts';
import { leftovers, testLab } from '../support/lab.ts';

/** The lab's own pod network on a real cluster. */
const lab = testLab('e2e-labnet', '10.100.218.0/24');

const image = 'docker.io/wbitt/network-multitool:latest';

/** A pod on a node, Ready. */
async function startPod(name: string, node: string, ports: object[] = []): Promise<void> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'web', image, imagePullPolicy: 'Never', ports }],
    },
  };
  const applied = await lab.run(['kubectl', 'apply', '-f', '-'], { stdin: JSON.stringify(pod) });
  expect(applied.code, applied.stderr).toBe(0);
  await lab.ok(['kubectl', 'wait', '--for=condition=Ready', `pod/${name}`, '--timeout=60s']);
}

async function addressOf(pod: string): Promise<string> {
  const words = ['kubectl', 'get', 'pod', pod, '-o', 'jsonpath={.status.podIP}'];
  return (await lab.ok(words)).stdout;
}

/** A packet's story; the exit code says whether it was answered. */
async function trace(...words: string[]): Promise<Trace> {
  const { code, stdout, stderr } = await lab.run(['trace', ...words, '--json']);
  expect(stdout, stderr).not.toBe('');
  const told = JSON.parse(stdout) as Trace;
  expect(code).toBe(told.verdict.answered ? 0 : 1);
  return told;
}

let folder: string;

/** A new lab with this mode. */
async function upIn(mode: string): Promise<void> {
  const file = await labConfig(folder, { 'cni.name': 'labnet', 'cni.labnet.mode': mode });
  await lab.run(['down', '--purge']);
  await lab.ok(['up', '--config', file, '--network', lab.network]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-e2e-'));
  await upIn('overlay');
});

afterAll(async () => {
  await rm(folder, { recursive: true });
  await lab.run(['down', '--purge']);
  expect(await leftovers(lab)).toEqual([]);
});

test('a new lab is sound, and a reset of it leaves no difference', async () => {
  expect((await lab.ok(['labnet', 'status'])).stdout).toMatch(/node2 +ready +overlay +10\.244\./);
  expect(await lab.json(['diff', '--json'])).toMatchObject({ changes: [] });
  await lab.ok(['kubectl', 'create', 'namespace', 'x']);
  await lab.ok(['reset']);
  expect(await lab.json(['diff', '--json'])).toMatchObject({ changes: [] });
});

test('explains the seven steps of a pod with its own values and times', async () => {
  await startPod('web', 'node1', [{ containerPort: 80, hostPort: 8080 }]);
  const address = await addressOf('web');
  const told = await lab.json<Explanation>(['labnet', 'explain', 'web', '--json']);
  expect(told).toMatchObject({ pod: 'default/web', node: 'node1', address });
  expect(told.steps.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(told.steps[3]?.ms).toBeGreaterThan(0);
  const commands = told.steps.flatMap((step) => step.commands.map(({ command }) => command));
  expect(commands.join('\n')).toContain(`address add ${address}/24`);
  const { stdout } = await lab.ok(['labnet', 'explain', 'web']);
  expect(stdout).toContain("7. The pod's network reaches the API server");
  expect((await lab.ok(['labnet', 'pool'])).stdout).toMatch(new RegExp(`${address} +default/web`));
});

test('tells what it would do for a pod that does not exist', async () => {
  const words = ['labnet', 'explain', 'new', '--dry-run', '--node', 'node2'];
  expect((await lab.ok(words)).stdout).toMatch(
    /does not exist yet\. On node2 it would get 10\.244/,
  );
  const { code, stderr } = await lab.run(['labnet', 'explain', 'new']);
  expect(code).toBe(2);
  expect(stderr).toContain('there is no pod "new"');
});

test('a host port leads to the pod, from the node and from outside', async () => {
  const [prefix] = lab.network.split('0/');
  for (const to of ['127.0.0.1', `${prefix}201`]) {
    const words = ['ssh', 'node1', '--', 'curl', '-s', '-m', '5', `http://${to}:8080/`];
    expect((await lab.ok(words)).stdout).toContain('server: web');
  }
  const words = ['ssh', 'node2', '--', 'curl', '-s', '-m', '5', `http://${prefix}201:8080/`];
  expect((await lab.ok(words)).stdout).toContain('server: web');
});

test('pods lose no packet while the agents are replaced', async () => {
  await startPod('client', 'node2');
  const to = await addressOf('web');
  const ping = lab.run([
    ...['kubectl', 'exec', 'client', '--', 'ping', '-i', '0.1', '-c', '150', '-W', '1', to],
  ]);
  const restart = ['kubectl', '-n', 'labnet', 'rollout'];
  await lab.ok([...restart, 'restart', 'daemonset', 'labnet']);
  await lab.ok([...restart, 'status', 'daemonset', 'labnet', '--timeout=60s']);
  expect((await ping).stdout).toMatch(/150 packets transmitted, 150 received/);
});

test('a network policy holds, and lab policy why says so', async () => {
  const to = await addressOf('web');
  const connect = async (): Promise<number | null> => {
    const words = ['kubectl', 'exec', 'client', '--', 'curl', '-s', '-m', '2', `http://${to}/`];
    return (await lab.run(words)).code;
  };
  const why = async (): Promise<number | null> =>
    (await lab.run(['policy', 'why', 'client', 'web', '--port', '80'])).code;
  expect([await connect(), await why()]).toEqual([0, 0]);
  const policy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'closed' },
    spec: { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'] },
  };
  const stdin = JSON.stringify(policy);
  expect((await lab.run(['kubectl', 'apply', '-f', '-'], { stdin })).code).toBe(0);
  await expect.poll(connect, { timeout: 5_000 }).not.toBe(0);
  expect(await why()).toBe(1);
  const { stdout } = await lab.ok(['labnet', 'policies']);
  expect(stdout).toMatch(
    /default\/web +node1 +ingress +refuses +isolated by default\/closed +[1-9]/,
  );
  const told = await trace('client', 'web', '--port', '80');
  expect(told.verdict).toMatchObject({ answered: false, dropped: { node: 'node1' } });
  expect(JSON.stringify(told.verdict)).toContain('default/closed');
  await lab.ok(['kubectl', 'delete', 'networkpolicy', 'closed']);
  await expect.poll(connect, { timeout: 5_000 }).toBe(0);
});

test('a packet through a Service and the tunnel is followed there and back', async () => {
  await lab.ok(['kubectl', 'expose', 'pod', 'web', '--port', '81', '--target-port', '80']);
  // Before kube-proxy has written its rules on the client's node, a trace tells, rightly, that nobody answers.
  await expect
    .poll(() => trace('client', 'svc/web'), { timeout: 20_000 })
    .toMatchObject({ to: 'pod default/web', verdict: { arrived: true, answered: true } });
  const { stdout } = await lab.ok(['trace', 'client', 'svc/web']);
  expect(stdout).toMatch(/wrapped/);
  const why = await lab.ok(['policy', 'why', 'client', 'svc/web', '--port', '81']);
  expect(why.stdout).toContain('default/client -> default/web TCP 80: allowed');
});

test('names what somebody has taken away, and makes it again when it is restarted', async () => {
  const range = (await addressOf('web')).replace(/\.\d+$/, '.0/24');
  await lab.ok(['ssh', 'node2', '--', 'sudo', 'ip', 'route', 'delete', range]);
  const lost = await trace('client', 'web', '--port', '80');
  expect(lost.verdict).toMatchObject({
    arrived: false,
    dropped: { node: 'node2', why: expect.stringContaining('route') as string },
  });
  const status = await lab.run(['labnet', 'status']);
  expect(status.code).toBe(1);
  expect(status.stdout).toContain(`node2: the route to ${range}`);
  await lab.ok(['kubectl', '-n', 'labnet', 'rollout', 'restart', 'daemonset', 'labnet']);
  await expect
    .poll(async () => (await lab.run(['labnet', 'status'])).code, { timeout: 60_000 })
    .toBe(0);
});

test('is removed without a trace', async () => {
  await lab.ok(['cni', 'remove']);
  const { nodes } = await lab
    .json<{ nodes: { leftovers: unknown[] }[] }>([...['cni', 'status', '--json']])
    .catch(async () => JSON.parse((await lab.run(['cni', 'status', '--json'])).stdout) as never);
  expect(nodes.map((one) => one.leftovers)).toEqual([[], [], []]);
});

test('the exercises for every pod network are proven on it', async () => {
  await lab.ok(['switch', 'labnet']);
  const ids = ['dns-03', 'node-01', 'node-02'];
  const { code, stdout } = await lab.run(['labs', 'prove', ...ids], { echo: true });
  expect(code, stdout).toBe(0);
  expect(stdout).toContain('exercises: 3 passed, 0 failed');
  expect(await lab.json(['status', '--json'])).toMatchObject({
    cni: { installed: [{ name: 'labnet' }] },
  });
});

describe.each([
  ['host-gw', /leaves by the NIC enp0s8$/m],
  ['vpc', /eni[0-9a-f]{11}/],
] as const)('in the mode %s', (mode, hop) => {
  beforeAll(() => upIn(mode));

  test('pods of two nodes reach each other, and a trace shows how', async () => {
    await startPod('web', 'node1');
    await startPod('client', 'node2');
    expect(await trace('client', 'web', '--port', '80')).toMatchObject({
      verdict: { arrived: true, answered: true },
    });
    const { stdout } = await lab.ok(['trace', 'client', 'web', '--port', '80']);
    expect(stdout).toMatch(hop);
    expect(stdout).not.toContain('wrapped');
  });

  test('a network policy holds, and the trace names it', async () => {
    const spec = { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'] };
    const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', spec };
    const stdin = JSON.stringify({ ...policy, metadata: { name: 'closed' } });
    expect((await lab.run(['kubectl', 'apply', '-f', '-'], { stdin })).code).toBe(0);
    await expect
      .poll(async () => JSON.stringify((await trace('client', 'web', '--port', '80')).verdict), {
        timeout: 30_000,
      })
      .toContain('default/closed');
  });

  test('a reset leaves no difference', async () => {
    await lab.ok(['reset']);
    expect(await lab.json(['diff', '--json'])).toMatchObject({ changes: [] });
  });
});
