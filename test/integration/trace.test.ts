import { existsSync } from 'node:fs';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CauseId } from '../../scripts/lab/trace/cause.ts';
import { runGuest } from '../../scripts/nodes/guest/script.ts';
import type { Flow, Protocol } from '../../scripts/lab/trace/packet.ts';
import { controlAddress, rulesText } from '../../scripts/lab/trace/rules.ts';
import { traceFlow, type Trace } from '../../scripts/lab/trace/trace.ts';
import type { Mode } from '../../scripts/labnet/config.ts';
import { traceWorld, type Spot, type World } from '../support/trace-world.ts';

/** Prepared situations in two nodes made of namespaces: what the trace must say of each. */
interface Situation {
  name: string;
  mode?: Mode;
  /** As in "10.244.2.2 tcp/80" or "10.244.2.2 icmp". */
  to: string;
  /** "where: line of shell"; CABLE-web is the node's end of web's cable. */
  broken?: readonly `${Spot}: ${string}`[];
  expect:
    | 'answered'
    | {
        arrived?: true;
        id: CauseId;
        node: string;
        /** In what is told of the cause. */
        says: RegExp;
      };
  /** Some hop says this. */
  hop?: RegExp;
}

const near = '10.244.1.3 tcp/80';
const far = '10.244.2.2 tcp/80';
const serviceFar = '10.96.0.20 tcp/80';
const policy = (hook: string, rule: string): string =>
  `nft add table inet labnet_policy; nft add chain inet labnet_policy ${hook} '{ type filter hook forward priority -4; }'; nft add chain inet labnet_policy pod-${hook}; nft add rule inet labnet_policy ${hook} ct state established,related accept; nft add rule inet labnet_policy ${hook} ${rule.includes('saddr') ? 'ip saddr' : 'ip daddr'} 10.244.0.0/16 goto pod-${hook}; nft add rule inet labnet_policy pod-${hook} '${rule}'`;

const works: readonly Situation[] = [
  { name: 'a pod of the same node', to: near, expect: 'answered' },
  {
    name: 'a pod of another node',
    to: far,
    expect: 'answered',
    hop: /leaves by the NIC enp0s8, wrapped/,
  },
  { name: 'a ping to a pod of the same node', to: '10.244.1.3 icmp', expect: 'answered' },
  { name: 'a ping to another node', to: '10.244.2.2 icmp', expect: 'answered', hop: /wrapped/ },
  { name: 'a datagram to another node', to: '10.244.2.2 udp/53', expect: 'answered' },
  {
    name: 'another node without tunnel',
    mode: 'host-gw',
    to: far,
    expect: 'answered',
    hop: /leaves by the NIC enp0s8$/m,
  },
  {
    name: 'a service with a pod on the same node',
    to: '10.96.0.10 tcp/80',
    expect: 'answered',
    hop: /10\.96\.0\.10:80 becomes 10\.244\.1\.3:80/,
  },
  {
    name: 'a service with a pod on another node',
    to: serviceFar,
    expect: 'answered',
    hop: /the sender 10\.244\.2\.2:80 becomes 10\.96\.0\.20:80/,
  },
  { name: 'a service by datagram', to: '10.96.0.20 udp/53', expect: 'answered' },
  {
    name: 'a service that is the pod itself',
    to: '10.96.0.30 tcp/80',
    expect: 'answered',
    hop: /the sender 10\.244\.1\.2:\d+ becomes 10\.244\.1\.1:/,
  },
  {
    name: 'a pod that a policy allows',
    to: far,
    broken: [
      `node2: ${policy('ingress', 'tcp dport 80 counter accept comment "default/allow ingress[0]"')}`,
    ],
    expect: 'answered',
    hop: /inet labnet_policy pod-ingress lets it through/,
  },
  {
    name: 'the same node without br_netfilter',
    to: near,
    broken: ['node1: sysctl -qw net.bridge.bridge-nf-call-iptables=0'],
    expect: 'answered',
  },
  {
    name: 'the bridge of another node by ping',
    to: '10.244.2.1 icmp',
    expect: 'answered',
    hop: /comes out of the tunnel/,
  },
  { name: 'the node itself by ping', to: '10.244.1.1 icmp', expect: 'answered' },
];

const rules: readonly Situation[] = [
  {
    name: 'a service without endpoints',
    to: '10.96.0.40 tcp/80',
    expect: { id: 'rule', node: 'node1', says: /default\/empty has no endpoints/ },
  },
  {
    name: 'a policy at the target',
    to: far,
    broken: [`node2: ${policy('ingress', 'counter drop comment "isolated by default/deny"')}`],
    expect: { id: 'rule', node: 'node2', says: /pod-ingress.*isolated by default\/deny/s },
  },
  {
    name: 'a policy that rejects with a RST',
    to: far,
    broken: [
      `node2: ${policy('ingress', 'meta l4proto tcp counter reject with tcp reset comment "isolated by default/deny"')}`,
    ],
    expect: { id: 'rule', node: 'node2', says: /policy forbids it: isolated by default\/deny/ },
  },
  {
    name: 'a policy at the source, on the same node',
    to: near,
    broken: [
      `node1: ${policy('egress', 'ip saddr 10.244.1.2 counter drop comment "default/no-out egress[0]"')}`,
    ],
    expect: { id: 'rule', node: 'node1', says: /default\/no-out egress\[0\]/ },
  },
  {
    name: 'a policy between a pod and a service',
    to: serviceFar,
    broken: [
      `node1: ${policy('egress', 'ip saddr 10.244.1.2 counter reject comment "isolated by default/e"')}`,
    ],
    expect: { id: 'rule', node: 'node1', says: /isolated by default\/e/ },
  },
  {
    name: 'a policy that only drops the answer',
    to: far,
    broken: ['node2: iptables -A FORWARD -s 10.244.2.2 -p tcp --sport 80 -j DROP'],
    expect: { arrived: true, id: 'rule', node: 'node2', says: /FORWARD.*--sport 80 -j DROP/s },
  },
  {
    name: 'a chain whose policy is drop',
    to: far,
    broken: ['node1: iptables -P FORWARD DROP'],
    expect: { id: 'rule', node: 'node1', says: /chain FORWARD.*policy drop/s },
  },
  {
    name: 'a rule of iptables with a comment',
    to: far,
    broken: [
      'node2: iptables -I FORWARD -d 10.244.2.2 -m comment --comment "by the admin" -j DROP',
    ],
    expect: { id: 'rule', node: 'node2', says: /it drops this packet: by the admin/ },
  },
  {
    name: 'the tunnel port closed at the target by iptables',
    to: far,
    broken: ['node2: iptables -A INPUT -p udp --dport 8472 -j DROP'],
    expect: { id: 'rule', node: 'node2', says: /through the tunnel/ },
  },
  {
    name: 'the tunnel port closed at the source by nft',
    to: far,
    broken: [
      `node1: nft add table inet wall; nft add chain inet wall out '{ type filter hook output priority 0; }'; nft add rule inet wall out udp dport 8472 drop`,
    ],
    expect: { id: 'rule', node: 'node1', says: /table inet wall, chain out/ },
  },
  {
    name: 'the tunnel port closed on the way back',
    to: far,
    broken: ['node1: iptables -A INPUT -p udp --dport 8472 -j DROP'],
    expect: { arrived: true, id: 'rule', node: 'node1', says: /through the tunnel/ },
  },
  {
    name: 'a rule in raw, before everything',
    to: near,
    broken: ['node1: iptables -t raw -A PREROUTING -d 10.244.1.3 -j DROP'],
    expect: { id: 'rule', node: 'node1', says: /table ip raw, chain PREROUTING/ },
  },
];

const routes: readonly Situation[] = [
  {
    name: 'no route at the source: the default route takes it',
    to: far,
    broken: ['node1: ip route delete 10.244.2.0/24'],
    expect: { id: 'no-route', node: 'node1', says: /default route sent it out of enp0s3/ },
  },
  {
    name: 'no route at the source, and no default route',
    to: far,
    broken: ['node1: ip route delete 10.244.2.0/24', 'node1: ip route delete default'],
    expect: { id: 'no-route', node: 'node1', says: /there is no route to 10\.244\.2\.2/ },
  },
  {
    name: 'an unreachable route',
    to: far,
    broken: ['node1: ip route replace unreachable 10.244.2.0/24'],
    expect: { id: 'no-route', node: 'node1', says: /No route to host/ },
  },
  {
    name: 'no route back',
    to: far,
    broken: ['node2: ip route delete 10.244.1.0/24'],
    expect: { arrived: true, id: 'no-route', node: 'node2', says: /10\.244\.1\.2 is on node1/ },
  },
  {
    name: 'no route without tunnel',
    mode: 'host-gw',
    to: far,
    broken: ['node1: ip route delete 10.244.2.0/24'],
    expect: { id: 'no-route', node: 'node1', says: /default route/ },
  },
  {
    name: 'a next hop that is nobody, without tunnel',
    mode: 'host-gw',
    to: far,
    broken: ['node1: ip route replace 10.244.2.0/24 via 10.100.198.250'],
    expect: { id: 'neighbour', node: 'node1', says: /10\.100\.198\.250 does not answer/ },
  },
  {
    name: 'forwarding switched off at the source',
    to: far,
    broken: ['node1: sysctl -qw net.ipv4.ip_forward=0'],
    expect: { id: 'ip-forward', node: 'node1', says: /ip_forward = 0/ },
  },
  {
    name: 'forwarding switched off at the target',
    to: far,
    broken: ['node2: sysctl -qw net.ipv4.ip_forward=0'],
    expect: { id: 'ip-forward', node: 'node2', says: /ip_forward = 0/ },
  },
  {
    name: 'strict rp_filter, and another way back',
    mode: 'host-gw',
    to: far,
    broken: [
      'node2: ip route delete 10.244.1.0/24',
      'node2: sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.enp0s8.rp_filter=1',
    ],
    expect: { id: 'rp-filter', node: 'node2', says: /takes it for a forgery/ },
  },
];

const tunnels: readonly Situation[] = [
  {
    name: 'no neighbour entry in the tunnel',
    to: far,
    broken: ['node1: ip neighbour delete 10.244.2.0 dev labnet.1'],
    expect: { id: 'neighbour', node: 'node1', says: /no entry for 10\.244\.2\.0 dev labnet\.1/ },
  },
  {
    name: 'no forwarding entry in the tunnel',
    to: far,
    broken: ['node1: bridge fdb delete 0a:58:0a:f4:02:00 dev labnet.1 dst 10.100.198.202'],
    expect: { id: 'forwarding-entry', node: 'node1', says: /no entry for 0a:58:0a:f4:02:00/ },
  },
  {
    name: 'no forwarding entry on the way back',
    to: far,
    broken: ['node2: bridge fdb delete 0a:58:0a:f4:01:00 dev labnet.1 dst 10.100.198.201'],
    expect: { arrived: true, id: 'forwarding-entry', node: 'node2', says: /0a:58:0a:f4:01:00/ },
  },
  {
    name: "the wrong NIC: the other node's is this one's own, too",
    to: far,
    broken: [
      'node1: bridge fdb replace 0a:58:0a:f4:02:00 dev labnet.1 dst 10.0.2.15 self permanent',
    ],
    expect: { id: 'wrong-nic', node: 'node1', says: /10\.0\.2\.15.*own address on enp0s3/ },
    hop: /straight back out of the tunnel/,
  },
  {
    name: 'a forwarding entry to somebody else',
    to: far,
    broken: [
      'node1: bridge fdb replace 0a:58:0a:f4:02:00 dev labnet.1 dst 10.100.198.77 self permanent',
    ],
    expect: { id: 'wrong-nic', node: 'node1', says: /node2 has .*enp0s8 10\.100\.198\.202/ },
  },
  {
    name: 'the tunnel is off at the target',
    to: far,
    broken: ['node2: ip link set labnet.1 down'],
    expect: { id: 'tunnel', node: 'node2', says: /labnet\.1 is down/ },
  },
  {
    name: 'the tunnel is gone at the target',
    to: far,
    broken: ['node2: ip link delete labnet.1'],
    expect: { id: 'tunnel', node: 'node2', says: /no VXLAN link with port 8472/ },
  },
  {
    name: 'another network number at the target',
    to: far,
    broken: [
      'node2: ip link delete labnet.1; ip link add labnet.1 address 0a:58:0a:f4:02:00 type vxlan id 7 local 10.100.198.202 dev enp0s8 dstport 8472 nolearning; ip link set labnet.1 up',
    ],
    expect: { id: 'tunnel', node: 'node2', says: /labnet\.1 vni 7/ },
  },
  {
    name: 'lost between the nodes',
    to: far,
    broken: [
      `wire: nft add table bridge t; nft add chain bridge t c '{ type filter hook forward priority 0; }'; nft add rule bridge t c ip protocol udp drop`,
    ],
    expect: {
      id: 'lost-between-nodes',
      node: 'node1',
      says: /wrapped.* left NIC enp0s8 of node1 towards 10\.100\.198\.202 and never arrived at node2/,
    },
  },
  {
    name: 'nothing at all gets from node to node',
    to: far,
    broken: [
      'wire: bridge link set dev node1-enp0s8 isolated on; bridge link set dev node2-enp0s8 isolated on',
    ],
    expect: { id: 'neighbour', node: 'node1', says: /node2 does not answer on enp0s8/ },
  },
  {
    name: 'lost between the nodes, without tunnel',
    mode: 'host-gw',
    to: far,
    broken: [
      'wire: nft add table bridge t; nft add chain bridge t c "{ type filter hook forward priority 0; }"; nft add rule bridge t c ip protocol tcp drop',
    ],
    expect: {
      id: 'lost-between-nodes',
      node: 'node1',
      says: /left enp0s8 towards 10\.100\.198\.202/,
    },
  },
  {
    name: 'the NIC of the source is off, and another takes its packets',
    to: far,
    broken: ['node1: ip link set enp0s8 down; ip route add 10.100.198.0/24 dev enp0s3'],
    expect: { id: 'neighbour', node: 'node1', says: /node2 does not answer on enp0s3/ },
  },
  {
    name: 'the NIC of the target is off',
    to: far,
    broken: ['node2: ip link set enp0s8 down'],
    expect: { id: 'link-down', node: 'node2', says: /enp0s8 is down/ },
  },
];

const pods: readonly Situation[] = [
  {
    name: 'a port on which nobody listens',
    to: '10.244.2.2 tcp/81',
    expect: { arrived: true, id: 'nobody-listens', node: 'node2', says: /tcp port 81.*RST|RST/s },
  },
  {
    name: 'a datagram to a port on which nobody listens',
    to: '10.244.1.3 udp/98',
    expect: { arrived: true, id: 'nobody-listens', node: 'node1', says: /udp port 98/ },
  },
  {
    name: 'a datagram that nobody answers',
    to: '10.244.2.2 udp/99',
    expect: { arrived: true, id: 'no-answer', node: 'node2', says: /somebody listens/ },
  },
  {
    name: 'a port of the node itself on which nobody listens',
    to: '10.244.1.1 tcp/82',
    expect: { arrived: true, id: 'nobody-listens', node: 'node1', says: /at the node itself/ },
  },
  {
    name: 'an address that no pod of this node has',
    to: '10.244.1.77 tcp/80',
    expect: { id: 'nobody-there', node: 'node1', says: /10\.244\.1\.77/ },
  },
  {
    name: 'an address that no pod of another node has',
    to: '10.244.2.77 tcp/80',
    expect: { id: 'nobody-there', node: 'node2', says: /no pod there has this address/ },
  },
  {
    name: 'no default route in the pod',
    to: far,
    broken: ['web: ip route delete default'],
    expect: { id: 'pod-route', node: 'node1', says: /no route to 10\.244\.2\.2/ },
  },
  {
    name: 'no default route in the pod that is to answer',
    to: far,
    broken: ['far: ip route delete default'],
    expect: { arrived: true, id: 'pod-route', node: 'node2', says: /the answer cannot leave/ },
  },
  {
    name: 'the pod lost its address',
    to: far,
    broken: ['web: ip address flush dev eth0'],
    expect: { id: 'pod-address', node: 'node1', says: /lacks 10\.244\.1\.2/ },
  },
  {
    name: 'the pod that is to answer lost its address',
    to: far,
    broken: ['far: ip address flush dev eth0'],
    expect: { id: 'pod-address', node: 'node2', says: /10\.244\.2\.2/ },
  },
  {
    name: "the pod's link is off",
    to: far,
    broken: ['web: ip link set eth0 down'],
    expect: { id: 'pod-link', node: 'node1', says: /eth0 is down/ },
  },
  {
    name: 'the cable is off on the node',
    to: far,
    broken: ['node1: ip link set CABLE-web down'],
    expect: { id: 'link-down', node: 'node1', says: /the cable is off/ },
  },
  {
    name: 'the cable is not plugged in',
    to: far,
    broken: ['node1: ip link set CABLE-web nomaster'],
    // The node answers for the gateway on any link, so the request gets away.
    expect: { arrived: true, id: 'bridge', node: 'node1', says: /has no master/ },
  },
  {
    name: 'the cable of the target is not plugged in',
    to: far,
    broken: ['node2: ip link set CABLE-far nomaster'],
    expect: { id: 'bridge', node: 'node2', says: /cable to pod default\/far is not plugged/ },
  },
  {
    name: 'the cable of a neighbour on the same node is off',
    to: near,
    broken: ['node1: ip link set CABLE-near down'],
    expect: { id: 'link-down', node: 'node1', says: /cable of pod default\/near is down/ },
  },
  {
    name: 'the bridge is off',
    to: far,
    broken: ['node1: ip link set labnet0 down'],
    expect: { id: 'link-down', node: 'node1', says: /labnet0 is down/ },
  },
  {
    name: 'the bridge lacks the address of the gateway',
    to: far,
    broken: ['node1: ip address delete 10.244.1.1/24 dev labnet0'],
    expect: { id: 'gateway', node: 'node1', says: /labnet0 lacks 10\.244\.1\.1/ },
  },
  {
    name: 'br_netfilter off: the answer of a service is not translated back',
    to: '10.96.0.10 tcp/80',
    broken: ['node1: sysctl -qw net.bridge.bridge-nf-call-iptables=0'],
    expect: {
      arrived: true,
      id: 'not-translated',
      node: 'node1',
      says: /asked 10\.96\.0\.10, but the answer comes from 10\.244\.1\.3.*bridge-nf-call-iptables/,
    },
  },
  {
    name: 'hairpin off: a pod cannot call itself through its service',
    to: '10.96.0.30 tcp/80',
    broken: ['node1: ip link set CABLE-web type bridge_slave hairpin off'],
    expect: { id: 'bridge', node: 'node1', says: /hairpin off/ },
  },
  {
    name: 'the pod drops it itself',
    to: far,
    broken: [
      'far: nft add table inet own; nft add chain inet own in "{ type filter hook input priority 0; policy drop; }"',
    ],
    expect: { arrived: true, id: 'no-answer', node: 'node2', says: /the pod drops it itself/ },
  },
  {
    name: 'the world outside, which does not answer',
    to: '198.51.100.7 tcp/80',
    expect: { id: 'outside', node: 'node1', says: /left node1 by enp0s3/ },
  },
];

async function traced(world: World, { to, broken = [] }: Situation): Promise<Trace> {
  for (const line of broken) {
    const [where = '', command = ''] = line.split(/: (.*)/s);
    const named = command.replace(/CABLE-(\w+)/g, (_, pod: 'web') => world.cable(pod));
    await world.sh(where as Spot, named);
  }
  const [target = '', protocol, port] = to.split(/[ /]/);
  const { nodes, ends, podAt } = world;
  const flow = { protocol: protocol as Protocol, target };
  return traceFlow({
    ...{ nodes, podAt, from: ends.web, seconds: 1 },
    flow: port === undefined ? flow : { ...flow, port: Number(port) },
  });
}

describe.each([
  ['the packet arrives', works],
  ['a rule drops it', rules],
  ['the way is missing', routes],
  ['the tunnel is broken', tunnels],
  ['it is the pod, or the bridge', pods],
] as const)('%s', (_, situations) => {
  const named = situations.map((one) => [one.name, one] as const);
  it.concurrent.for(named)('%s', async ([, situation], { onTestFinished }) => {
    const world = await traceWorld(situation.mode);
    onTestFinished(() => world.close());
    const { verdict, hops } = await traced(world, situation);
    const told = JSON.stringify(
      { verdict, hops: hops.map(({ node, what }) => [node, what]) },
      null,
      1,
    );
    if (situation.expect === 'answered') {
      expect(verdict, told).toEqual({ arrived: true, answered: true });
    } else {
      const { arrived = false, id, node, says } = situation.expect;
      const { dropped } = verdict;
      const seen = { arrived: verdict.arrived, id: dropped?.id, node: dropped?.node };
      expect(seen, told).toEqual({ arrived, id, node });
      expect(`${dropped?.where}\n${dropped?.by}\n${dropped?.why}`).toMatch(says);
    }
    if (situation.hop) expect(hops.map(({ what }) => what).join('\n')).toMatch(situation.hop);
  });
});

describe('what stays on the nodes', () => {
  const tables = async (world: World): Promise<string[]> =>
    Promise.all(
      world.nodes.map(async ({ exec }) => (await exec(['nft', 'list', 'tables', 'inet'])).stdout),
    );

  /** As a trace on a node has, which here shares this machine's folders. */
  const recordings = (): Promise<string> => mkdtemp(join(tmpdir(), 'lab-trace.'));

  it('is nothing, and what a killed trace has left goes with the next one', async ({
    onTestFinished,
  }) => {
    const world = await traceWorld();
    onTestFinished(() => world.close());
    await world.sh('node1', 'nft add table inet lab_trace_77_1000000000; nft add table inet other');
    const [killed = '', running = ''] = await Promise.all([recordings(), recordings()]);
    onTestFinished(() => rm(running, { recursive: true }));
    await utimes(killed, 1_000_000_000, 1_000_000_000);
    const { verdict } = await traced(world, { name: '', to: near, expect: 'answered' });
    expect(verdict.answered).toBe(true);
    expect(await tables(world)).toEqual(['table inet other\n', '']);
    expect([existsSync(killed), existsSync(running)]).toEqual([false, true]);
  });

  it('is nothing after Ctrl-C', async ({ onTestFinished }) => {
    const world = await traceWorld();
    onTestFinished(() => world.close());
    const { nodes, ends, podAt } = world;
    const abort = new AbortController();
    const trace = traceFlow({
      ...{ nodes, podAt, from: ends.web, seconds: 5, signal: abort.signal },
      flow: { protocol: 'udp', target: ends.far.address, port: 99 },
    });
    setTimeout(() => abort.abort(new Error('stopped by Ctrl-C')), 800);
    await expect(trace).rejects.toThrow('stopped by Ctrl-C');
    expect(await tables(world)).toEqual(['', '']);
  });

  it('is nothing when nobody ends the recording', async ({ onTestFinished }) => {
    const world = await traceWorld();
    onTestFinished(() => world.close());
    const [node] = world.nodes;
    if (!node) throw new Error('no node');
    const flow = { protocol: 'tcp', client: '10.244.1.2', clientPort: 22222, target: '', port: 80 };
    const rules = rulesText('lab_trace_1_2', flow as Flow);
    const args = ['lab_trace_1_2', '2', rules, 'udp', controlAddress];
    const options = { allowFailure: true };
    const { stdout, stderr } = await runGuest(node, 'trace-watch.sh', args, options);
    expect(stdout).toContain('udp dport 9 ');
    expect(stderr).toContain('nobody ended the recording in time');
    expect(await tables(world)).toEqual(['', '']);
  });

  it('is nothing where the recording cannot be made, which is an error and no verdict', async ({
    onTestFinished,
  }) => {
    const world = await traceWorld();
    onTestFinished(() => world.close());
    // On this one the control packet never shows.
    await world.sh('node2', 'ip link set lo down');
    await expect(traced(world, { name: '', to: far, expect: 'answered' })).rejects.toThrow(
      'node2 cannot record packets',
    );
    expect(await tables(world)).toEqual(['', '']);
  });
});
