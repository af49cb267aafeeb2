import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { LabError } from '../../base/errors.ts';
import { projectRoot } from '../../base/paths.ts';
import { parseManifest, type KubeObject } from '../objects.ts';
import { apiServerVariables, type CniFacts, type CniPlugin, type Place } from './plugin.ts';
import { readWeaveReport } from './weave-report.ts';
import type { ClusterSettings } from '../cluster.ts';

const options = z.strictObject({
  range: z
    .string()
    .meta({
      description: 'Network of the pods under weave.',
      pattern: '^[0-9]+\\.[0-9]+\\.[0-9]+\\.[0-9]+/[0-9]+$',
    })
    .default('10.32.0.0/12'),
});

function rangeOf({ cni }: ClusterSettings): string {
  return options.parse(cni['weave']).range;
}

/** The manifest in upstream's layout; options are worked into its objects, never into its text. */
export const weaveManifest = join(projectRoot, 'manifests', 'cni', 'weave', 'weave.yml');

interface WeaveContainer {
  name: string;
  env: { name: string; value?: string }[];
}

interface WeaveDaemonSet extends KubeObject {
  spec: { template: { spec: { containers: WeaveContainer[] } } };
}

/** Works the options into upstream's objects. */
export function weaveObjects(manifest: string, facts: CniFacts): KubeObject[] {
  const objects = parseManifest(manifest);
  const daemonSet = objects.find(({ kind }) => kind === 'DaemonSet') as WeaveDaemonSet;
  for (const container of daemonSet.spec.template.spec.containers) {
    const range = container.env.find(({ name }) => name === 'IPALLOC_RANGE');
    if (range) range.value = rangeOf(facts.settings);
    container.env.push(...apiServerVariables(facts));
  }
  return objects;
}

/** What a dummy device's attempt says when the kernel does not know the type. */
const unknownType = /unknown device type|not supported/i;

export interface Attempted {
  exitCode: number;
  stderr: string;
}

/** Weave gives its bridge the MTU through a short-lived dummy device; without the type its agent ends at once. */
export function dummyRefusal({ exitCode, stderr }: Attempted): LabError | undefined {
  // Anything else, such as a missing right, says nothing of the kernel.
  if (exitCode === 0 || !unknownType.test(stderr)) return undefined;
  return new LabError('cni-impossible', 'weave cannot run on this machine', {
    why: 'its agent makes a network device of type "dummy", which this kernel does not have',
    details: `ip link add lab0 type dummy: ${stderr.trim()}`,
    hint: 'choose flannel: lab up --cni flannel   (or use a VM with a full kernel, such as the one of Debian)',
  });
}

const registry = { host: 'registry-1.docker.io', port: 443 };

/** Why a TCP connection cannot be made within the time; undefined when it can. */
export function connectProblem(
  host: string,
  port: number,
  timeout: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (problem?: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(problem);
    };
    const timer = setTimeout(() => end(`no answer within ${timeout / 1000} s`), timeout);
    socket.once('connect', () => end());
    socket.once('error', (error) => end(error.message));
  });
}

/** Names of the images in a manifest. */
export function imagesIn(manifest: string): string[] {
  return [...manifest.matchAll(/^\s*image:\s*(\S+)\s*$/gm)].map(([, name]) => name as string);
}

async function imagesRefusal(there: readonly string[]): Promise<LabError | undefined> {
  const wanted = new Set(imagesIn(await readFile(weaveManifest, 'utf8')));
  const missing = [...wanted].filter((name) => !there.includes(name));
  if (missing.length === 0) return undefined;
  const problem = await connectProblem(registry.host, registry.port, 3_000);
  if (problem === undefined) return undefined;
  return new LabError('cni-impossible', 'the images of weave cannot be had', {
    why: `they are pulled from Docker Hub, and ${registry.host}:${registry.port} cannot be reached: ${problem}`,
    details: missing.join('\n'),
    hint: 'lab image load FILE…   with their archives from a machine that can, or: lab up --cni flannel',
  });
}

export const weave = {
  title: 'weave',
  options,
  kernel: () => ['dummy'],
  async refusal({ run, images }: Place) {
    // In a network namespace that lives only as long as the command: nothing can be left behind.
    const dummy = ['unshare', '--net', 'ip', 'link', 'add', 'lab0', 'type', 'dummy'];
    const tried = await run?.(dummy, { allowFailure: true, timeout: 10_000 });
    return (tried && dummyRefusal(tried)) ?? (await imagesRefusal(await images()));
  },
  async objects(facts: CniFacts) {
    return weaveObjects(await readFile(weaveManifest, 'utf8'), facts);
  },
  explain: () => [
    'kubectl apply -f /vagrant/manifests/cni/weave/weave.yml',
    'kubectl get pods --namespace kube-system -l name=weave-net --output wide   # one on every node',
  ],
  agent: { namespace: 'kube-system', daemonSet: 'weave-net' },
  report: {
    argv: [
      ...['curl', '--silent', '--fail', '--max-time', '3', '--header', 'Accept: application/json'],
      'http://127.0.0.1:6784/report',
    ],
    read: readWeaveReport,
  },
  madeByAgent: ['configmap/weave-net'],
  podRange: rangeOf,
  traces: {
    links: [
      'weave',
      'datapath',
      'vethwe-datapath',
      'vethwe-bridge',
      'vethwe-pcap',
      'vxlan-6784',
      'vethwedu',
      'dummy',
    ],
    paths: [
      '/etc/cni/net.d/10-weave.conflist',
      '/opt/cni/bin/weave-net',
      '/opt/cni/bin/weave-ipam',
      '/opt/cni/bin/weave-plugin-latest',
      '/run/weave',
      '/var/lib/weave',
    ],
    chains: ['WEAVE'],
  },
} satisfies CniPlugin;
