import { LabError } from '../base/errors.ts';
import { until } from '../base/until.ts';
import type { Node } from '../nodes/node.ts';
import type { Report } from '../nodes/provider.ts';
import type { Cluster } from './cluster.ts';
import { kubectlArgv } from './kubectl.ts';

/** A namespace of their own would outlive the probes by seconds: its end is a controller's work. */
const namespace = 'kube-system';
const labels = { 'kubernetes-networking-lab': 'verify' };
const podsPath = `/api/v1/namespaces/${namespace}/pods`;
const scope = ['--namespace', namespace, '--selector', 'kubernetes-networking-lab=verify'];

/** Two nodes as far apart as there are: two workers, or the control plane and the only one. */
export function verifyNodes(cluster: Cluster): readonly Node[] {
  return [...cluster.workers, cluster.controlPlane].slice(0, 2);
}

function verifyPod(node: Node): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `lab-verify-${node.name}`, namespace, labels },
    spec: {
      // Bound at once: the scheduler would wait for the node's taint to go.
      nodeName: node.name,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: 'probe',
          image: 'docker.io/library/busybox:latest',
          imagePullPolicy: 'IfNotPresent',
          command: ['sleep', '600'],
        },
      ],
    },
  };
}

/** An API server that has just started may have an etcd behind it that is not there yet. */
async function startProbe(cluster: Cluster, node: Node, signal: AbortSignal): Promise<void> {
  const body = verifyPod(node);
  await until(
    async () => {
      const { status, text } = await cluster.api.ask(podsPath, { method: 'POST', body, signal });
      // One that an interrupted run has left does as well.
      const made = status < 300 || status === 409;
      return made ? { done: true, value: undefined } : { done: false, state: text };
    },
    {
      describe: `a probe pod on ${node.name}`,
      timeout: 15_000,
      slowness: node.slowness,
      interval: 500,
      signal,
      hint: 'lab status',
    },
  );
}

interface Pod {
  metadata: { name: string };
  status: { phase: string; podIP?: string; containerStatuses?: { ready: boolean }[] };
}

async function probes(cluster: Cluster, signal?: AbortSignal): Promise<Pod[]> {
  const options = signal ? { signal } : {};
  return (await cluster.kubectl.get<{ items: Pod[] }>(['pods', ...scope], options)).items;
}

async function runningProbes(cluster: Cluster, signal: AbortSignal): Promise<Pod[]> {
  const wanted = verifyNodes(cluster).length;
  return until(
    async () => {
      const pods = await probes(cluster, signal);
      const running = pods.filter(
        ({ status }) => status.podIP !== undefined && status.containerStatuses?.[0]?.ready,
      );
      if (running.length === wanted) return { done: true, value: running };
      const states = pods.map(({ metadata, status }) => `${metadata.name} ${status.phase}`);
      return { done: false, state: states.join(', ') || 'no probe pod yet' };
    },
    {
      describe: 'the probe pods running',
      timeout: 60_000,
      slowness: cluster.controlPlane.slowness,
      interval: 100,
      signal,
      hint: 'lab logs --out DIR',
    },
  );
}

/** Tries again inside the pod: each exec from outside costs half a second on two cores. An answer may be lost, so a second for each ($0). */
const untilItWorks = `
for try in 1 2 3 4 5 6 7 8 9 10; do
  said=$(timeout "$0" "$@" 2>&1) && exit 0
  sleep 0.2
done
echo "$said"
exit 1`;

/** Runs a command in a probe pod until it works once; DNS and neighbours may need a moment. */
async function probe(
  cluster: Cluster,
  pod: string,
  argv: readonly string[],
  what: string,
  signal: AbortSignal,
): Promise<void> {
  const { slowness } = cluster.controlPlane;
  const inside = ['sh', '-c', untilItWorks, String(slowness), ...argv];
  const words = kubectlArgv(['exec', '--namespace', namespace, pod, '--', ...inside]);
  await until(
    async () => {
      const result = await cluster.controlPlane.exec(words, { allowFailure: true, signal });
      const said = `${result.stdout}${result.stderr}`.trim().split('\n').at(-1) ?? '';
      return result.exitCode === 0
        ? { done: true, value: undefined }
        : { done: false, state: said };
    },
    {
      describe: what,
      timeout: 45_000,
      slowness,
      interval: 300,
      signal,
      hint: 'lab status',
    },
  );
}

/** What has to be there before each part can be tried. */
export interface VerifyAfter {
  /** Settles when pods get addresses on this node; earlier, a pod would fail once and be tried again after 10 s. */
  network(node: Node): Promise<void>;
  /** Settles when CoreDNS is ready. */
  dns(): Promise<void>;
}

/**
 * Done means done: a pod on one node pings a pod on another, and a service's name resolves in a pod.
 * @throws LabError `timeout` with what was seen instead.
 */
export async function verifyCluster(
  cluster: Cluster,
  after: VerifyAfter,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  report('starting a probe pod on two nodes');
  await Promise.all(
    verifyNodes(cluster).map(async (node) => {
      await after.network(node);
      await startProbe(cluster, node, signal);
    }),
  );
  const [first, second] = await runningProbes(cluster, signal);
  if (!first) throw new LabError('no-probe', 'no probe pod started');
  const name = `kubernetes.default.svc.${cluster.settings.dnsDomain}`;
  const resolving = `DNS answer for ${name}`;
  const checks = [
    after.dns(),
    probe(cluster, first.metadata.name, ['nslookup', name], resolving, signal),
  ];
  if (second) {
    const address = second.status.podIP ?? '';
    const pinging = `ping from ${first.metadata.name} to ${second.metadata.name} (${address})`;
    report(`${pinging}; ${resolving}`);
    const ping = ['ping', '-c', '1', '-W', '1', address];
    checks.push(probe(cluster, first.metadata.name, ping, pinging, signal));
  }
  await Promise.all(checks);
}

/** Takes the probes away; their kubelets need a moment more. */
export async function removeProbes(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const path = `${podsPath}?labelSelector=kubernetes-networking-lab%3Dverify`;
  await cluster.api.ask(path, { method: 'DELETE', signal });
}
