import { LabError } from '../base/errors.ts';
import { until } from '../base/until.ts';
import type { Node } from '../nodes/node.ts';
import type { Report } from '../nodes/provider.ts';
import type { Cluster } from './cluster.ts';
import { kubectlArgv } from './kubectl.ts';
import { printManifest } from './objects.ts';

const namespace = 'lab-verify';

/** Two nodes as far apart as there are: two workers, or the control plane and the only one. */
export function verifyNodes(cluster: Cluster): readonly Node[] {
  return [...cluster.workers, cluster.controlPlane].slice(0, 2);
}

function verifyPod(node: Node): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: node.name, namespace },
    spec: {
      // Bound at once: the scheduler would wait for the node's taint to go.
      nodeName: node.name,
      terminationGracePeriodSeconds: 0,
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

export function verifyObjects(cluster: Cluster): object[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      // Without it a pod may be refused while the controller has not made the namespace's own yet.
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace },
    },
    ...verifyNodes(cluster).map(verifyPod),
  ];
}

export async function startProbes(cluster: Cluster): Promise<void> {
  await cluster.kubectl.apply(printManifest(verifyObjects(cluster)));
}

interface Pod {
  metadata: { name: string };
  status: { phase: string; podIP?: string; containerStatuses?: { ready: boolean }[] };
}

async function runningProbes(cluster: Cluster, signal: AbortSignal): Promise<Pod[]> {
  const wanted = verifyNodes(cluster).length;
  return until(
    async () => {
      const { items } = await cluster.kubectl.get<{ items: Pod[] }>([
        ...['pods', '--namespace', namespace],
      ]);
      const running = items.filter(
        ({ status }) => status.podIP !== undefined && status.containerStatuses?.[0]?.ready,
      );
      if (running.length === wanted) return { done: true, value: running };
      const states = items.map(({ metadata, status }) => `${metadata.name} ${status.phase}`);
      return { done: false, state: states.join(', ') || 'no probe pod yet' };
    },
    {
      describe: 'the probe pods running',
      timeout: 60_000,
      interval: 250,
      signal,
      hint: 'lab logs --out DIR',
    },
  );
}

/** Runs a command in a probe pod until it works once; DNS and neighbours may need a moment. */
async function probe(
  cluster: Cluster,
  pod: string,
  argv: readonly string[],
  what: string,
  signal: AbortSignal,
): Promise<void> {
  const words = kubectlArgv(['exec', '--namespace', namespace, pod, '--', ...argv]);
  await until(
    async () => {
      const result = await cluster.controlPlane.exec(words, { allowFailure: true, signal });
      const said = `${result.stdout}${result.stderr}`.trim().split('\n').at(-1) ?? '';
      return result.exitCode === 0
        ? { done: true, value: undefined }
        : { done: false, state: said };
    },
    { describe: what, timeout: 30_000, interval: 300, signal, hint: 'lab status' },
  );
}

/** What was proven, for the last line of `lab up`. */
export interface Verified {
  pinged: boolean;
  resolved: string;
}

/**
 * Done means done: a pod on one node pings a pod on another, and a service's name resolves in a pod.
 * @param dnsReady Settles when CoreDNS is ready; names are asked for only then.
 * @throws LabError `timeout` with what was seen instead.
 */
export async function verifyCluster(
  cluster: Cluster,
  dnsReady: Promise<void>,
  report: Report,
  signal: AbortSignal,
): Promise<Verified> {
  report('starting a probe pod on two nodes');
  await startProbes(cluster);
  const [first, second] = await runningProbes(cluster, signal);
  if (!first) throw new LabError('no-probe', 'no probe pod started');
  const name = `kubernetes.default.svc.${cluster.settings.dnsDomain}`;
  const checks: Promise<void>[] = [];
  if (second) {
    const address = second.status.podIP ?? '';
    const what = `ping from ${first.metadata.name}'s pod to ${second.metadata.name}'s pod (${address})`;
    report(what);
    const ping = ['ping', '-c', '1', '-W', '1', address];
    checks.push(probe(cluster, first.metadata.name, ping, what, signal));
  }
  const resolve = async (): Promise<void> => {
    await dnsReady;
    const what = `DNS answer for ${name}`;
    await probe(cluster, first.metadata.name, ['nslookup', name], what, signal);
  };
  await Promise.all([...checks, resolve()]);
  return { pinged: second !== undefined, resolved: name };
}

/** Takes the probes away; the rest of the namespace goes in the background. */
export async function removeProbes(cluster: Cluster): Promise<void> {
  await cluster.kubectl.run([
    ...['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false'],
  ]);
}
