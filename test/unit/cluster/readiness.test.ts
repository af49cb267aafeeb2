import { expect, it } from 'vitest';
import { waitForControllers, waitForServices } from '../../../scripts/cluster/readiness.ts';
import { fakeCluster, type FakeObject } from '../../support/fake-cluster.ts';

const restart = Date.parse('2026-01-01T10:00:00Z');

function proxyPod(node: string, startedAt: string, ready = true): FakeObject {
  const running = { running: { startedAt } };
  const waiting = { waiting: { reason: 'CreateContainerConfigError' } };
  return {
    kind: 'Pod',
    metadata: {
      name: `kube-proxy-${node}`,
      namespace: 'kube-system',
      labels: { 'k8s-app': 'kube-proxy' },
    },
    spec: { nodeName: node },
    status: {
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [{ state: ready ? running : waiting }],
    },
  };
}

const daemonSet: FakeObject = {
  kind: 'DaemonSet',
  metadata: { name: 'kube-proxy', namespace: 'kube-system' },
  status: { desiredNumberScheduled: 2 },
};

const rules = /^timeout .* iptables /s;
const controllers = /^timeout .* kube-controller-manager 10257 /s;

const wait = (objects: FakeObject[], rulesOnNode1 = true): Promise<void> => {
  const cluster = fakeCluster();
  cluster.master.on(rules, '');
  cluster.node1.on(rules, { exitCode: rulesOnNode1 ? 0 : 124 });
  cluster.objects.push(...objects);
  const started = new Map([['master', restart]]);
  return waitForServices(cluster, started, { timeout: 100 });
};

const before = '2026-01-01T09:00:00Z';
const after = '2026-01-01T10:00:05Z';

it('services are there when kube-proxy runs on every node, on a started one since its start', async () => {
  await wait([daemonSet, proxyPod('master', after), proxyPod('node1', before)]);
});

it('services are not there before kube-proxy has written its rules', async () => {
  const objects = [daemonSet, proxyPod('master', after), proxyPod('node1', before)];
  await expect(wait(objects, false)).rejects.toMatchObject({
    message: 'kube-proxy has written no rules on node1',
  });
});

it.each([0, 124])('controllers are waited for, not for ever (exit code %i)', async (exitCode) => {
  const cluster = fakeCluster();
  cluster.master.on(controllers, { exitCode });
  await waitForControllers(
    { ...cluster, controlPlane: { ...cluster.master, slowness: 10 } },
    { timeout: 100 },
  );
  expect(cluster.master.asked).toHaveLength(1);
});

it.each([
  ['has not begun again', proxyPod('master', before)],
  ['waits for what the kubelet does not know yet', proxyPod('master', after, false)],
])('not while the one of a started node %s', async (_, pod) => {
  await expect(wait([daemonSet, pod, proxyPod('node1', before)])).rejects.toMatchObject({
    code: 'timeout',
    why: expect.stringContaining('kube-proxy runs on 1 of 2 nodes') as string,
  });
});

it('a cluster without kube-proxy is not waited for', async () => {
  await wait([]);
});
