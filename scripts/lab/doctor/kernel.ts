import { access, readFile } from 'node:fs/promises';
import type { Argv } from '../../base/argv.ts';
import { cniPlugins } from '../../cluster/cni/index.ts';
import { hasProgram, local } from '../../nodes/local.ts';
import type { Report } from '../../nodes/provider.ts';
import { check, type Check, type CheckStatus, type HostNeeds } from './check.ts';

type Cni = HostNeeds['cni'];

interface Feature {
  id: string;
  title: string;
  /** Tried in a network namespace that lives only as long as the command: nothing can be left behind. */
  probe: { argv: Argv; stdin?: string } | { file: string } | { fileSystem: string };
  /** Brings the feature where it is not built in. */
  module: string;
  why: string;
  /** What it means when it is missing; default fail. */
  missing?: (cni: Cni) => CheckStatus;
}

/** What the chosen pod network cannot do without is a failure, and for the others worth a word. */
function onlyIfNeeded(feature: string): (cni: Cni) => CheckStatus {
  return (cni) => (cniPlugins[cni.name].kernel?.(cni).includes(feature) ? 'fail' : 'warn');
}

function link(...words: string[]): { argv: Argv } {
  return { argv: ['ip', 'link', 'add', 'lab0', 'type', ...words] };
}

/** What kube-proxy and the nodes' NAT gateways ask of nftables. */
const rules = `table ip lab {
  chain out {
    type nat hook postrouting priority srcnat;
    ct state established accept
    masquerade
  }
  chain inside {
    type filter hook forward priority filter;
    ct original ip daddr 10.96.0.0/12 reject with icmp host-unreachable
  }
}
`;

/** A macvlan needs a parent, and lo, all that a fresh namespace has, is refused. */
const macvlanOnVeth = `link add lab1 type veth peer name lab2
link add lab0 link lab1 type macvlan mode bridge
`;

const features: readonly Feature[] = [
  {
    id: 'bridge',
    title: 'bridge',
    probe: link('bridge'),
    module: 'bridge',
    why: 'the lab network is a bridge, and so is the pod network inside each node, with every CNI',
  },
  {
    id: 'veth',
    title: 'veth pairs',
    probe: link('veth', 'peer', 'name', 'lab1'),
    module: 'veth',
    why: 'every pod and every node hangs on one, with every CNI',
  },
  {
    id: 'macvlan',
    title: 'macvlan',
    probe: { argv: ['ip', '-batch', '-'], stdin: macvlanOnVeth },
    module: 'macvlan',
    why: "each node's way out (10.0.2.2) hangs on the engine's network with one",
  },
  {
    id: 'vxlan',
    title: 'vxlan',
    probe: link('vxlan', 'id', '1', 'dstport', '4789'),
    module: 'vxlan',
    why: 'flannel and labnet carry packets between nodes in it; both can do with routes (host-gw) instead',
    missing: onlyIfNeeded('vxlan'),
  },
  {
    id: 'br_netfilter',
    title: 'br_netfilter',
    probe: { file: '/proc/sys/net/bridge/bridge-nf-call-iptables' },
    module: 'br_netfilter',
    why: 'service addresses work between pods of one node only with it; kubeadm insists on it',
  },
  {
    id: 'nf_tables',
    title: 'nftables with NAT',
    probe: { argv: ['nft', '-f', '-'], stdin: rules },
    module: 'nf_tables',
    why: 'service addresses and the way out are rules of it, with every CNI',
  },
  {
    id: 'overlay',
    title: 'overlay file system',
    probe: { fileSystem: 'overlay' },
    module: 'overlay',
    why: 'containers in the nodes share image layers with it',
  },
  {
    id: 'dummy',
    title: 'dummy devices',
    probe: link('dummy'),
    module: 'dummy',
    why: 'only weave needs it: without, weave is not possible in container nodes',
    missing: onlyIfNeeded('dummy'),
  },
  {
    id: 'openvswitch',
    title: 'Open vSwitch datapath',
    // A question about the protocol family makes the kernel load its module.
    probe: { argv: ['genl', 'ctrl', 'get', 'name', 'ovs_datapath'] },
    module: 'openvswitch',
    why: 'only weave uses it, for its fast path: without, weave is slower',
    missing: () => 'warn',
  },
];

/**
 * yes: it works now. loadable: its module is there but not loaded. no: neither.
 * unknown: it could not be tried.
 */
export type FeatureState = 'yes' | 'loadable' | 'no' | 'unknown';

export interface KernelFacts {
  cni: Cni;
  features: Readonly<Record<string, { state: FeatureState; reason?: string }>>;
}

function featureCheck(feature: Feature, { cni, features: states }: KernelFacts): Check {
  const { id, title, why, module, missing = () => 'fail' as const } = feature;
  const { state, reason } = states[id] ?? { state: 'unknown' };
  const load = [['modprobe', module]];
  if (state === 'yes') return check({ id, title, status: 'ok', found: 'works', why });
  if (state === 'loadable') {
    return check({ id, title, status: 'warn', found: 'not loaded', why, commands: load });
  }
  if (state === 'unknown') {
    const found = `not tried: ${reason ?? 'no answer'}`;
    return check({ id, title, status: 'warn', found, why, fix: ['sudo lab doctor'] });
  }
  return check({
    id,
    title,
    status: missing(cni),
    found: `the kernel does not have it${reason ? ` (${reason})` : ''}`,
    why,
    fix: [`# use a kernel with the module ${module}, such as the distribution's own`],
  });
}

export function judgeKernel(facts: KernelFacts): Check[] {
  return features.map((feature) => featureCheck(feature, facts));
}

type Tried = KernelFacts['features'][string];

async function loadable(module: string): Promise<boolean> {
  const dryRun = ['modprobe', '--dry-run', '--quiet', module];
  return (await local(dryRun, { allowFailure: true })).exitCode === 0;
}

async function works(probe: Feature['probe']): Promise<{ yes: boolean; reason?: string }> {
  if ('file' in probe)
    return {
      yes: await access(probe.file).then(
        () => true,
        () => false,
      ),
    };
  if ('fileSystem' in probe) {
    const known = await readFile('/proc/filesystems', 'utf8');
    return { yes: known.split(/\s+/).includes(probe.fileSystem) };
  }
  const { argv, stdin = '' } = probe;
  const options = { stdin, allowFailure: true, timeout: 10_000 };
  const { exitCode, stderr } = await local(['unshare', '--net', ...argv], options);
  const [first = ''] = stderr.trim().split('\n');
  return { yes: exitCode === 0, reason: first.replace(/^Error: |\.$/g, '') };
}

async function tried(feature: Feature, root: boolean): Promise<Tried> {
  const { probe, module } = feature;
  if ('argv' in probe) {
    if (!root) return { state: 'unknown', reason: 'only root may' };
    const [program = ''] = probe.argv;
    if (!(await hasProgram(program))) {
      const there = await loadable(module);
      return there ? { state: 'yes' } : { state: 'unknown', reason: `${program} is not installed` };
    }
  }
  const { yes, reason } = await works(probe);
  if (yes) return { state: 'yes' };
  if (await loadable(module)) return { state: 'loadable' };
  return reason ? { state: 'no', reason } : { state: 'no' };
}

export async function collectKernel(cni: Cni): Promise<KernelFacts> {
  const root = process.getuid?.() === 0;
  const all = features.map(async (one) => [one.id, await tried(one, root)] as const);
  return { cni, features: Object.fromEntries(await Promise.all(all)) };
}

/**
 * Loads what nodes need but cannot load themselves. `lab up` calls it before it makes nodes.
 * A module that does not load is not an error here: the doctor tells about it.
 */
export async function loadModules(report: Report): Promise<void> {
  for (const { probe, module } of features) {
    if (!('file' in probe) || (await works(probe)).yes || !(await loadable(module))) continue;
    report(`loading the kernel module ${module}`);
    await local(['modprobe', module], { allowFailure: true });
  }
}
