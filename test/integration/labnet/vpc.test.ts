import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enisPage } from '../../../scripts/labnet/agent/enis.ts';
import type { AgentState } from '../../../scripts/labnet/agent/state.ts';
import { hostMacOf, podLinkName } from '../../../scripts/labnet/pod/names.ts';
import { local } from '../../../scripts/nodes/local.ts';
import {
  buildPrograms,
  labnetNode,
  nodesNetwork,
  type Answer,
  type CallOptions,
  type LabnetNode,
} from '../../support/labnet-node.ts';

/** The mode vpc on two nodes in namespaces, which a third joins, as the nodes' network and the world behind it. */
const network = `labvpc-net-${process.pid}`;
const world = '203.0.113.9';
let programs = '';
let one: LabnetNode;
let two: LabnetNode;

const peer = (name: string, number: number): { name: string; range: string; address: string } => ({
  name,
  range: `10.244.${number}.0/24`,
  address: `10.100.217.20${number}`,
});

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'labnet-programs-'));
  await buildPrograms(programs);
  await nodesNetwork(network, world);
  const options = { warmEni: 0, enis: 3, addressesPerEni: 3 };
  const setting = { network, options };
  one = await labnetNode(programs, {
    vpc: { ...setting, address: peer('', 1).address, peers: [peer('node2', 2)] },
  });
  two = await labnetNode(programs, {
    range: '10.244.2.0/24',
    vpc: { ...setting, address: peer('', 2).address, peers: [peer('node1', 1)] },
  });
  await one.startAgent();
  await two.startAgent();
}, 900_000);

afterAll(async () => {
  await one.close();
  await two.close();
  await local(['ip', 'netns', 'delete', network]);
  await rm(programs, { recursive: true });
});

function podArgs(name: string): CallOptions {
  return { env: { CNI_ARGS: `K8S_POD_NAMESPACE=default;K8S_POD_NAME=${name}` } };
}

interface Added {
  pod: string;
  name: string;
  address: string;
  answer: Answer;
}

async function added(node: LabnetNode, name: string): Promise<Added> {
  const pod = await node.pod();
  const answer = await node.call('ADD', { netns: pod, ...podArgs(name) });
  expect(answer.exit, answer.text).toBe(0);
  const { ips } = answer.body as unknown as { ips: { address: string }[] };
  return { pod, name, address: ips[0]?.address.replace('/32', '') ?? '', answer };
}

async function ended(node: LabnetNode, { pod, name }: Added): Promise<void> {
  expect(await node.call('DEL', { netns: pod, ...podArgs(name) })).toMatchObject({ exit: 0 });
}

const linkOf = (name: string): string =>
  podLinkName({ containerId: '', ifName: 'eth0', pod: { namespace: 'default', name } });

/** What a command prints, without the number of our own that marks what is ours. */
async function lines(node: LabnetNode, ...words: string[]): Promise<string[]> {
  const text = await node.run(['ip', ...words]);
  return text
    .replaceAll(' proto 198', '')
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .filter(Boolean);
}

async function stateOf(node: LabnetNode): Promise<AgentState> {
  return JSON.parse(await readFile(join(node.folder, 'state.json'), 'utf8')) as AgentState;
}

/** How many packets a namespace has seen that match, while this was done. */
async function counted(
  netns: string,
  match: string,
  work: () => Promise<unknown>,
): Promise<number> {
  const nft = (text: string): Promise<unknown> =>
    local(['ip', 'netns', 'exec', netns, 'nft', '-f', '-'], { stdin: text });
  await nft(`add table inet seen
add chain inet seen in { type filter hook prerouting priority -300; }
add rule inet seen in ${match} counter`);
  try {
    await work();
    const list = ['ip', 'netns', 'exec', netns, 'nft', 'list', 'table', 'inet', 'seen'];
    return Number(/packets (\d+)/.exec((await local(list)).stdout)?.[1]);
  } finally {
    await nft('delete table inet seen');
  }
}

const ping = (node: LabnetNode, from: Added, to: string, ...more: string[]): Promise<string> =>
  node.run(['ip', 'netns', 'exec', from.pod, 'ping', '-c1', '-W2', ...more, to], {
    allowFailure: more.length > 0,
  });

describe('a pod on the primary ENI', () => {
  it('is connected word for word as the AWS VPC CNI does it', async () => {
    const web = await added(one, 'web');
    try {
      const hostLink = linkOf('web');
      expect(web.address).toBe('10.244.1.2');
      expect(await lines(one, '-n', web.pod, 'route', 'show')).toEqual([
        'default via 169.254.1.1 dev eth0',
        '169.254.1.1 dev eth0 scope link',
      ]);
      expect(await lines(one, '-n', web.pod, 'neighbour', 'show')).toEqual([
        `169.254.1.1 dev eth0 lladdr ${hostMacOf(web.address)} PERMANENT`,
      ]);
      expect(await lines(one, '-n', web.pod, '-brief', '-4', 'address', 'show', 'eth0')).toEqual([
        expect.stringMatching(/^eth0@if\d+ UP 10\.244\.1\.2\/32$/),
      ]);
      // The source is ours: an EC2 instance has one NIC at first, a node of the lab has two.
      expect(await lines(one, 'route', 'show', web.address)).toEqual([
        `${web.address} dev ${hostLink} scope link src 10.100.217.201`,
      ]);
      expect(await lines(one, 'rule')).toEqual([
        '0: from all lookup local',
        `512: from all to ${web.address} lookup main`,
        '1024: from all fwmark 0x80/0x80 lookup main',
        '32766: from all lookup main',
        '32767: from all lookup default',
      ]);
      const onNode = await lines(one, '-o', 'link', 'show', hostLink);
      expect(onNode[0]).toContain(`link/ether ${hostMacOf(web.address)}`);
      expect(onNode[0]).toContain('alias labnet:default/web');
    } finally {
      await ended(one, web);
    }
  });

  it('answers in CHECK, and CHECK names what somebody takes away', async () => {
    const web = await added(one, 'checked');
    const check = (): Promise<Answer> =>
      one.call('CHECK', { netns: web.pod, config: { prevResult: web.answer.body } });
    expect((await check()).text).toBe('');
    await one.run(['ip', 'rule', 'delete', 'priority', '512']);
    await one.run(['ip', '-n', web.pod, 'neighbour', 'delete', '169.254.1.1', 'dev', 'eth0']);
    const { body } = await check();
    expect(body.code).toBe(103);
    expect(body.details).toMatch(/rule 512: to 10\.244\.1\.\d+ lookup main is gone/);
    expect(body.details).toMatch(/neighbour entry for 169\.254\.1\.1 is gone/);
    await ended(one, web);
  });
});

describe('pods on a secondary ENI', () => {
  let pods: Added[] = [];
  let far: Added;

  beforeAll(async () => {
    // Two addresses for pods on each ENI: the third pod makes the node attach ENI 1.
    for (const name of ['a', 'b', 'c']) pods.push(await added(one, name));
    far = await added(two, 'far');
  });
  afterAll(async () => {
    for (const pod of pods) await ended(one, pod);
    await ended(two, far);
    pods = [];
  });
  const third = (): Added => pods[2] as Added;

  it('have a table of their own, as AWS sets it up', async () => {
    const { pool } = await stateOf(one);
    const eni = pool?.enis[1];
    expect(eni).toMatchObject({ device: 1, addresses: expect.arrayContaining([third().address]) });
    expect(await lines(one, 'rule')).toContain(`1536: from ${third().address} lookup 2`);
    expect(await lines(one, 'route', 'show', 'table', '2')).toEqual([
      'default via 10.100.217.1 dev labnet-eni1',
      '10.100.217.1 dev labnet-eni1 scope link',
      '10.244.2.0/24 via 10.100.217.202 dev labnet-eni1 onlink',
    ]);
    expect(await lines(one, '-brief', '-4', 'address', 'show', 'labnet-eni1')).toEqual([
      `labnet-eni1@enp0s8 UP ${eni?.primary}/32`,
    ]);
  });

  it('reach pods of the primary ENI, of another node, the node, and are reached', async () => {
    for (const to of [pods[0]?.address ?? '', far.address, '10.100.217.201', '10.100.217.202']) {
      await ping(one, third(), to);
    }
    await ping(two, far, third().address);
    await one.run(['ping', '-c1', '-W2', third().address]);
  });

  it('send by their ENI, unwrapped, with their own address', async () => {
    const mac = (await lines(one, '-o', 'link', 'show', 'labnet-eni1')).join(' ').split(' ')[16];
    expect(mac).toMatch(/^0a:58:0a:f4:01/);
    const match = (from: string): string => `ether saddr ${mac} ip saddr ${from}`;
    const byEni = await counted(two.name, match(third().address), () =>
      ping(one, third(), far.address),
    );
    const byNic = await counted(two.name, match(pods[0]?.address ?? ''), () =>
      ping(one, pods[0] as Added, far.address),
    );
    expect([byEni, byNic]).toEqual([1, 0]);
  });

  it('reach the world by the main table, with the address of the node', async () => {
    const match = `ip saddr 10.100.217.201 ip daddr ${world}`;
    expect(await counted(network, match, () => ping(one, third(), world))).toBe(1);
    expect(await counted(network, match, () => ping(one, pods[0] as Added, world))).toBe(1);
  });

  it('by the table of the ENI itself, when the mark for the world is away', async () => {
    await one.run(['nft', 'flush', 'chain', 'ip', 'labnet_vpc', 'world']);
    const { stdout } = await local([
      ...['ip', '-n', one.name, 'route', 'get', world],
      ...['from', third().address, 'iif', linkOf('c')],
    ]);
    expect(stdout).toContain('dev labnet-eni1 table 2');
    await one.killAgent();
    await one.startAgent();
    expect(await one.run(['nft', 'list', 'chain', 'ip', 'labnet_vpc', 'world'])).toContain(
      '0x00000080',
    );
  });

  it.each([
    ['of the same node', 0, ['10.100.217.201']],
    ['of another node', 1, ['10.100.217.201', '10.100.217.202']],
  ])('see the hops of AWS on the way to a pod %s', async (_, far_, hops) => {
    const to = far_ ? far.address : (pods[0]?.address ?? '');
    for (const [i, hop] of hops.entries()) {
      expect(await ping(one, third(), to, '-t', String(i + 1))).toContain(`From ${hop} icmp`);
    }
    expect(await ping(one, third(), to, '-t', String(hops.length + 1))).toContain('1 received');
  });

  it('are shown as AWS shows them', async () => {
    const page = enisPage(await stateOf(one)) as {
      TotalIPs: number;
      AssignedIPs: number;
      ENIs: Record<string, { IsPrimary: boolean; IPv4Addresses: Record<string, object> }>;
    };
    const [first, second] = Object.values(page.ENIs);
    expect([page.AssignedIPs, first?.IsPrimary, second?.IsPrimary]).toEqual([3, true, false]);
    expect(second?.IPv4Addresses[third().address]).toMatchObject({
      IPAMMetadata: { k8sPodNamespace: 'default', k8sPodName: 'c' },
    });
  });

  it('leave no rule behind', async () => {
    const last = await added(one, 'last');
    expect((await lines(one, 'rule')).join()).toContain(last.address);
    await ended(one, last);
    expect((await lines(one, 'rule')).join()).not.toContain(last.address);
    expect(await lines(one, 'route', 'show', last.address)).toEqual([]);
  });
});

describe('a host port', () => {
  it('leads to the pod, also from the node itself by 127.0.0.1', async () => {
    const pod = await one.pod();
    const portMappings = [{ hostPort: 8080, containerPort: 80 }];
    const answer = await one.call('ADD', {
      netns: pod,
      ...podArgs('port'),
      config: { runtimeConfig: { portMappings } },
    });
    expect(answer.exit, answer.text).toBe(0);
    const server = `require('net').createServer(() => process.exit()).listen(80)`;
    const inPod = ['ip', 'netns', 'exec', pod, 'timeout', '10', process.execPath];
    const listen = one.run([...inPod, '-e', server], { allowFailure: true });
    const call =
      'for i in {1..60}; do (: </dev/tcp/127.0.0.1/8080) 2>/dev/null && exit; sleep 0.1; done; exit 1';
    await one.run(['timeout', '9', 'bash', '-c', call]);
    await listen;
    await ended(one, { pod, name: 'port', address: '', answer });
  });
});

describe('a DEL while no agent is there', () => {
  it('is made up for: the link stays until then, because a new pod may have its name', async () => {
    const web = await added(one, 'late');
    await one.killAgent();
    const answer = await one.call('DEL', {
      netns: web.pod,
      ...podArgs('late'),
      config: { prevResult: web.answer.body },
    });
    expect([answer.exit, answer.text]).toEqual([0, '']);
    expect(await one.run(['sh', '-c', 'ls /sys/class/net'])).toContain(linkOf('late'));
    await one.startAgent();
    expect(await one.run(['sh', '-c', 'ls /sys/class/net'])).not.toContain(linkOf('late'));
    expect((await lines(one, 'rule')).join()).not.toContain(`to ${web.address} `);
  });
});

describe('a pod with the name of one that is going', () => {
  it('takes its link, and a late DEL of the old one leaves the new one alone', async () => {
    const old = await added(one, 'db-0');
    const young = await added(one, 'db-0');
    expect(young.address).not.toBe(old.address);
    expect((await lines(one, 'rule')).join()).not.toContain(`to ${old.address} `);
    await ended(one, old);
    await one.run(['ping', '-c1', '-W2', young.address]);
    await ended(one, young);
    expect(await one.run(['sh', '-c', 'ls /sys/class/net'])).not.toContain(linkOf('db-0'));
  });

  it('also when both calls come at once', async () => {
    const old = await added(one, 'db-1');
    const [young] = await Promise.all([added(one, 'db-1'), ended(one, old)]);
    await one.run(['ping', '-c1', '-W2', young.address]);
    await ended(one, young);
  });
});

describe('a pool that is used up', () => {
  it('is said, and an address that was just given back is used when there is no other', async () => {
    const pods: Added[] = [];
    for (let i = 0; i < 6; i++) pods.push(await added(two, `full-${i}`));
    const more = await two.pod();
    const full = await two.call('ADD', { netns: more, ...podArgs('more') });
    expect(full.body).toMatchObject({ code: 101, msg: expect.stringMatching(/all 6/) });
    expect(full.body.details).toMatch(/3 of 3 ENIs/);
    const gone = pods[3] as Added;
    await ended(two, gone);
    const again = await added(two, 'again');
    expect(again.address).toBe(gone.address);
    for (const pod of [...pods.filter((pod) => pod !== gone), again]) await ended(two, pod);
  });
});

describe('twenty pods at once', () => {
  it('have twenty addresses, on as many ENIs as they need', async () => {
    // Nothing is kept warm: most calls find no address and have to wait for an ENI.
    const options = { warmEni: 0, enis: 6, addressesPerEni: 6 };
    const vpc = { network, address: peer('', 3).address, options };
    const three = await labnetNode(programs, { range: '10.244.3.0/24', vpc });
    try {
      await three.startAgent();
      const names = Array.from({ length: 20 }, (_, i) => `burst-${i}`);
      const pods = await Promise.all(names.map((name) => added(three, name)));
      expect(new Set(pods.map(({ address }) => address)).size).toBe(20);
      expect((await lines(three, 'rule')).filter((line) => line.startsWith('512:'))).toHaveLength(
        20,
      );
      await Promise.all(pods.map((pod) => ended(three, pod)));
      expect(await lines(three, 'rule')).toHaveLength(4);
    } finally {
      await three.close();
    }
  });
});

describe('an agent that starts again', () => {
  it('keeps pods and pool, and takes away what nobody knows', async () => {
    const kept = await added(one, 'kept');
    const before = await stateOf(one);
    await one.killAgent();
    const stray = ['to', '10.244.1.99', 'lookup', 'main', 'priority', '512', 'protocol', '198'];
    await one.run(['ip', 'rule', 'add', ...stray]);
    const card = ['link', 'enp0s8', 'type', 'macvlan', 'mode', 'bridge'];
    await one.run(['ip', 'link', 'add', 'labnet-eni9', ...card]);
    await one.run(['ip', 'link', 'delete', 'labnet-eni1']);
    await one.startAgent();
    expect((await stateOf(one)).pool?.enis).toEqual(before.pool?.enis);
    const links = await one.run(['sh', '-c', 'ls /sys/class/net']);
    expect(links).not.toContain('labnet-eni9');
    expect(links).toContain('labnet-eni1');
    expect(await lines(one, 'route', 'show', 'table', '2')).toHaveLength(3);
    expect((await lines(one, 'rule')).join()).not.toContain('10.244.1.99');
    await one.run(['ping', '-c1', '-W2', kept.address]);
    await ended(one, kept);
  });
});
