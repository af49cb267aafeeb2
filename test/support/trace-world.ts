import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { nthAddress } from '../../scripts/base/cidr.ts';
import { projectRoot } from '../../scripts/base/paths.ts';
import type { End, TraceNode } from '../../scripts/lab/trace/place.ts';
import { bridge, type Mode } from '../../scripts/labnet/config.ts';
import { nodeFacts, type NodeFacts, type Peer } from '../../scripts/labnet/node/facts.ts';
import { nodePlan, peerPlan } from '../../scripts/labnet/node/wiring.ts';
import type { Exec } from '../../scripts/labnet/plan/exec.ts';
import { run } from '../../scripts/labnet/plan/run.ts';
import type { SeenNamespace } from '../../scripts/labnet/plan/seen.ts';
import type { Plan } from '../../scripts/labnet/plan/step.ts';
import { bridgedPlan } from '../../scripts/labnet/pod/bridged.ts';
import { hostMacOf, macOf } from '../../scripts/labnet/pod/names.ts';
import { local } from '../../scripts/nodes/local.ts';

const podSubnet = '10.244.0.0/16';

/** The pods: `web` and `near` share a node. */
const pods = { web: ['node1', 2], near: ['node1', 3], far: ['node2', 2] } as const;
type PodName = keyof typeof pods;
type NodeName = 'node1' | 'node2';
/** `wire` is what the nodes' NICs are plugged into. */
export type Spot = PodName | NodeName | 'wire';

/** Cluster addresses of services, and what kube-proxy would have made of each. */
const services: readonly (readonly [name: string, address: string, to?: PodName])[] = [
  ['near', '10.96.0.10', 'near'],
  ['far', '10.96.0.20', 'far'],
  ['web', '10.96.0.30', 'web'],
  ['empty', '10.96.0.40'],
];

const untouched: SeenNamespace = {
  links: [],
  routes: [],
  otherRoutes: [],
  rules: [],
  neighbours: [],
  forwarding: [],
};

/** Two nodes and three pods out of network namespaces, wired by labnet's own plans. */
export interface World {
  nodes: readonly TraceNode[];
  ends: Readonly<Record<PodName, End>>;
  podAt: (address: string) => Promise<End | undefined>;
  /** Runs a line of shell in a place's namespace. */
  sh(where: Spot, line: string): Promise<void>;
  /** The node's end of a pod's cable. */
  cable(pod: PodName): string;
  close(): Promise<void>;
}

function rangeOf(node: NodeName): string {
  return node === 'node1' ? '10.244.1.0/24' : '10.244.2.0/24';
}

function addressOf(pod: PodName): string {
  const [node, number] = pods[pod];
  return nthAddress(rangeOf(node), number);
}

/** What kube-proxy writes, as far as packets meet it. */
function kubeProxyRules(): string {
  const nat: string[] = [];
  const filter: string[] = [];
  for (const [name, address, to] of services) {
    for (const protocol of ['tcp', 'udp']) {
      const [svc, sep] = ['SVC', 'SEP'].map((kind) => `KUBE-${kind}-${name}-${protocol}`);
      const port = protocol === 'tcp' ? 80 : 53;
      const match = `-d ${address}/32 -p ${protocol} -m comment --comment "default/${name}`;
      if (to === undefined) {
        filter.push(
          `-A KUBE-SERVICES ${match} has no endpoints" -m ${protocol} --dport ${port} -j REJECT`,
        );
        continue;
      }
      const pod = addressOf(to);
      nat.push(
        `:${svc} - [0:0]`,
        `:${sep} - [0:0]`,
        `-A KUBE-SERVICES ${match} cluster IP" -m ${protocol} --dport ${port} -j ${svc}`,
        `-A ${svc} -m comment --comment "default/${name} -> ${pod}:${port}" -j ${sep}`,
        `-A ${sep} -s ${pod}/32 -m comment --comment "default/${name}" -j KUBE-MARK-MASQ`,
        `-A ${sep} -p ${protocol} -m comment --comment "default/${name}" -m ${protocol} -j DNAT --to-destination ${pod}:${port}`,
      );
    }
  }
  const declared = (lines: string[]): string[] => [
    ...lines.filter((line) => line.startsWith(':')),
    ...lines.filter((line) => !line.startsWith(':')),
  ];
  return [
    '*nat',
    ':KUBE-SERVICES - [0:0]',
    ':KUBE-MARK-MASQ - [0:0]',
    ':KUBE-POSTROUTING - [0:0]',
    ...declared(nat),
    '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
    '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
    '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
    'COMMIT',
    '*filter',
    ':KUBE-SERVICES - [0:0]',
    '-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    ...filter,
    'COMMIT\n',
  ].join('\n');
}

let counter = 0;

export async function traceWorld(mode: Mode = 'overlay'): Promise<World> {
  const prefix = `labtrace-${process.pid}-${counter++}`;
  const names = ['node1', 'node2', 'web', 'near', 'far', 'wire'];
  const ns = (name: string): string => `${prefix}-${name}`;
  const children: ChildProcess[] = [];
  const within =
    (where: string): Exec =>
    async (argv, stdin) => {
      const options = { allowFailure: true, ...(stdin === undefined ? {} : { stdin }) };
      const ended = await local(['ip', 'netns', 'exec', ns(where), ...argv], options);
      return { code: ended.exitCode, stdout: ended.stdout, stderr: ended.stderr };
    };
  const sh = async (where: string, line: string): Promise<void> => {
    const { code, stderr } = await within(where)(['sh', '-ec', line]);
    if (code !== 0) throw new Error(`${where}: ${line}: ${stderr}`);
  };
  /** Files of /proc/sys belong to the namespace of who opens them, so those steps are taken by hand. */
  const carryOut = async (plan: Plan, node: NodeName): Promise<void> => {
    await run(
      plan.filter(({ command }) => command.tool !== 'write'),
      within(node),
    );
  };
  const cable = (pod: PodName): string => `lab${prefix.replace(/\D/g, '').slice(-6)}${pod}`;

  async function wire(name: NodeName): Promise<void> {
    const other = name === 'node1' ? 'node2' : 'node1';
    const number = (node: NodeName): string => `10.100.198.${node === 'node1' ? 201 : 202}`;
    const uplink = { link: 'enp0s8', address: number(name), network: '10.100.198.0/24', mtu: 1500 };
    const facts: NodeFacts = nodeFacts({ mode, iface: 'enp0s8', podSubnet }, rangeOf(name), uplink);
    const peer: Peer = { name: other, range: rangeOf(other), address: number(other) };
    await sh(
      name,
      `sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.disable_ipv6=1 net.ipv4.conf.all.rp_filter=0
       ip address add ${uplink.address}/24 dev enp0s8
       ip link set enp0s8 up
       ip address add 10.0.2.15/24 dev enp0s3
       ip link set enp0s3 up
       ip route add default via 10.0.2.2
       ip neighbour add 10.0.2.2 lladdr 52:54:00:12:35:02 dev enp0s3
       sysctl -qw net.bridge.bridge-nf-call-iptables=1`,
    );
    await within(name)(['iptables-restore'], kubeProxyRules());
    await carryOut([...nodePlan(facts, { node: untouched }), ...peerPlan(facts, peer)], name);
    for (const [pod, [node, hostPart]] of Object.entries(pods)) {
      if (node !== name) continue;
      const address = nthAddress(facts.range, hostPart);
      const plan = bridgedPlan({
        ...{ label: `default/${pod}`, netns: ns(pod), ifName: 'eth0', bridge, mtu: facts.mtu },
        ...{ hostLink: cable(pod as PodName), mac: macOf(address), hostMac: hostMacOf(address) },
        ...{ address, prefix: 24, gateway: facts.gateway },
      });
      await carryOut(plan, name);
    }
  }

  async function serve(pod: PodName): Promise<void> {
    const program = join(projectRoot, 'test', 'support', 'trace-server.pl');
    const child = spawn('ip', ['netns', 'exec', ns(pod), 'perl', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => Promise.reject(new Error(`${pod} does not serve`))),
    ]);
  }

  await local(['ip', '-batch', '-'], {
    stdin: [
      ...names.flatMap((name) => [`netns add ${ns(name)}`]),
      ...['node1', 'node2'].flatMap((name) =>
        ['enp0s3', 'enp0s8'].map(
          (nic) =>
            `link add ${nic} netns ${ns(name)} type veth peer name ${name}-${nic} netns ${ns('wire')}`,
        ),
      ),
      '',
    ].join('\n'),
  });
  await sh(
    'wire',
    `ip link add switch type bridge
     ip link set switch up
     for node in node1 node2; do
       ip link set $node-enp0s3 up
       ip link set $node-enp0s8 master switch up
     done`,
  );
  for (const name of names) await local(['ip', '-n', ns(name), 'link', 'set', 'lo', 'up']);
  await Promise.all([wire('node1'), wire('node2')]);
  await Promise.all([serve('web'), serve('near'), serve('far')]);

  const node = (name: NodeName): TraceNode => ({
    name,
    exec: (argv, options = {}) => {
      const { stdin, as: _, ...rest } = options;
      const input = stdin === undefined ? {} : { stdin: String(stdin) };
      return local(['ip', 'netns', 'exec', ns(name), ...argv], { ...rest, ...input });
    },
  });
  const nodes = { node1: node('node1'), node2: node('node2') };
  const end = (pod: PodName): End => ({
    label: `pod default/${pod}`,
    node: nodes[pods[pod][0]],
    netns: `/run/netns/${ns(pod)}`,
    address: addressOf(pod),
  });
  const ends = { web: end('web'), near: end('near'), far: end('far') };
  return {
    nodes: [nodes.node1, nodes.node2],
    ends,
    podAt: (address) => Promise.resolve(Object.values(ends).find((one) => one.address === address)),
    sh,
    cable,
    async close() {
      for (const child of children) child.kill('SIGKILL');
      await local(['ip', '-force', '-batch', '-'], {
        stdin: `${names.map((name) => `netns delete ${ns(name)}`).join('\n')}\n`,
        allowFailure: true,
      });
    },
  };
}
