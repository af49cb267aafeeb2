import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostLinkName } from '../../../scripts/labnet/pod/names.ts';
import {
  buildPrograms,
  labnetNode,
  type Answer,
  type CallOptions,
  type LabnetNode,
} from '../../support/labnet-node.ts';

/** The shim, the agent and the kernel together; only the API server is missing. */
let programs = '';
let node: LabnetNode;

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'labnet-programs-'));
  await buildPrograms(programs);
  node = await labnetNode(programs);
  await node.startAgent();
}, 900_000);

afterAll(async () => {
  await node.close();
  await rm(programs, { recursive: true });
});

interface Link {
  ifname: string;
  mtu: number;
  flags: string[];
  master?: string;
  ifalias?: string;
  linkinfo?: { info_kind?: string; info_slave_data?: { hairpin: boolean } };
  addr_info: { local: string; prefixlen: number; family: string; broadcast?: string }[];
}

interface Route {
  dst: string;
  gateway?: string;
  dev: string;
  prefsrc?: string;
}

async function ip<T>(netns: string, ...words: string[]): Promise<T[]> {
  const text = await node.run(['ip', '-n', netns, '-json', ...words]);
  return (text.trim() === '' ? [] : JSON.parse(text)) as T[];
}

async function linkOf(netns: string, name: string): Promise<Link | undefined> {
  const links = await ip<Link>(netns, '-details', 'address', 'show');
  return links.find(({ ifname }) => ifname === name);
}

async function added(options: CallOptions = {}): Promise<{ pod: string; answer: Answer }> {
  const pod = await node.pod();
  const answer = await node.call('ADD', { netns: pod, ...options });
  expect(answer.exit, answer.text).toBe(0);
  return { pod, answer };
}

interface Result {
  cniVersion: string;
  interfaces: { name: string; mac: string; mtu?: number; sandbox?: string }[];
  ips: { address: string; gateway: string; interface: number; version?: string }[];
  routes: { dst: string; gw?: string }[];
}

const resultOf = ({ body }: Answer): Result => body as unknown as Result;
const addressOf = (answer: Answer): string => resultOf(answer).ips[0]?.address.split('/')[0] ?? '';

/** Everything of pods that the node has: what must be the same again after ADD and DEL. */
async function traces(): Promise<unknown> {
  const links = await ip<Link>(node.name, 'link', 'show');
  return {
    links: links.map(({ ifname }) => ifname).sort(),
    routes: await ip<Route>(node.name, '-4', 'route', 'show', 'table', 'all'),
    rules: await node.run(['ip', 'rule']),
    nft: await node.run(['nft', '--stateless', 'list', 'ruleset']),
    calls: await readdir(join(node.folder, 'calls')).catch(() => []),
  };
}

describe('VERSION', () => {
  it('is answered without the agent, in the version of the question', async () => {
    const answer = await node.call('VERSION', { stdin: '{"cniVersion":"1.0.0"}' });
    expect(answer.body).toEqual({
      cniVersion: '1.0.0',
      supportedVersions: ['0.4.0', '1.0.0', '1.1.0'],
    });
  });
});

describe('ADD', () => {
  it.each(['0.4.0', '1.0.0', '1.1.0'])('answers in version %s', async (cniVersion) => {
    const { pod, answer } = await added({ config: { cniVersion } });
    const result = resultOf(answer);
    expect(result.cniVersion).toBe(cniVersion);
    expect(result.interfaces.map(({ sandbox }) => sandbox)).toEqual([
      undefined,
      `/run/netns/${pod}`,
    ]);
    expect(result.ips[0]?.version).toBe(cniVersion === '0.4.0' ? '4' : undefined);
    expect(result.interfaces[1]?.mtu).toBe(cniVersion === '1.1.0' ? 1500 : undefined);
    expect(result.ips[0]?.interface).toBe(1);
  });

  it('tells the truth about links, MACs and addresses', async () => {
    const { pod, answer } = await added();
    const [onNode, inPod] = resultOf(answer).interfaces;
    const [seenNode] = await ip<{ address: string }>(node.name, 'link', 'show', onNode?.name ?? '');
    const [seenPod] = await ip<{ address: string }>(pod, 'link', 'show', 'eth0');
    expect([onNode?.mac, inPod?.mac]).toEqual([seenNode?.address, seenPod?.address]);
    expect((await linkOf(pod, 'eth0'))?.addr_info[0]?.local).toBe(addressOf(answer));
  });

  it('makes what the reference bridge plugin makes', async () => {
    const [own, other] = [await node.pod(), await node.pod()];
    const answers = [
      await node.cnitool('add', 'labnet', own),
      await node.cnitool('add', 'reference', other),
    ];
    expect(answers.map(({ exit }) => exit)).toEqual([0, 0]);
    const shape = async (pod: string, answer: Answer): Promise<unknown> => {
      const eth0 = await linkOf(pod, 'eth0');
      const { local, prefixlen, broadcast } =
        eth0?.addr_info.find(({ family }) => family === 'inet') ?? {};
      const hostLink = resultOf(answer).interfaces.find(
        ({ name, sandbox }) => sandbox === undefined && /^(lab[0-9a-f]|veth)/.test(name),
      );
      const host = await linkOf(node.name, hostLink?.name ?? '');
      const routes = await ip<Route>(pod, 'route', 'show');
      return {
        pod: { mtu: eth0?.mtu, up: eth0?.flags.includes('UP'), prefixlen, broadcast },
        host: {
          kind: host?.linkinfo?.info_kind,
          up: host?.flags.includes('UP'),
          hairpin: host?.linkinfo?.info_slave_data?.hairpin,
          onBridge: host?.master !== undefined,
        },
        routes: routes.map(({ dst, gateway, dev, prefsrc }) => ({
          dst,
          gateway,
          dev,
          own: prefsrc === undefined ? undefined : prefsrc === local,
        })),
        loopback: (await linkOf(pod, 'lo'))?.flags.includes('UP'),
      };
    };
    const [mine, reference] = [
      await shape(own, answers[0] as Answer),
      await shape(other, answers[1] as Answer),
    ];
    // The reference leaves loopback to a plugin of its own.
    expect(mine).toEqual({ ...(reference as object), loopback: true });
    await node.cnitool('del', 'reference', other);
    await node.run(['ip', 'link', 'delete', 'ref0']);
  });

  it('writes the name of the pod on its cable', async () => {
    const args = 'IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web;K8S_POD_UID=1';
    const { pod } = await added({ env: { CNI_ARGS: args } });
    const link = await linkOf(node.name, hostLinkName(pod, 'eth0'));
    expect(link?.ifalias).toBe('labnet:default/web');
  });

  it('lets pods reach each other, the node, and themselves through a hairpin', async () => {
    const [one, other] = [await added(), await added()];
    for (const to of [addressOf(other.answer), '10.244.1.1', '127.0.0.1', addressOf(one.answer)]) {
      await node.run(['ip', 'netns', 'exec', one.pod, 'ping', '-c1', '-W2', to]);
    }
    await node.run(['ping', '-c1', '-W2', addressOf(one.answer)]);
  });

  it('gives thirty pods at once thirty addresses', async () => {
    const pods = await Promise.all(Array.from({ length: 30 }, () => node.pod()));
    const answers = await Promise.all(pods.map((pod) => node.call('ADD', { netns: pod })));
    expect(answers.map(({ exit }) => exit)).toEqual(pods.map(() => 0));
    expect(new Set(answers.map(addressOf)).size).toBe(30);
    const ends = await Promise.all(pods.map((pod) => node.call('DEL', { netns: pod })));
    expect(ends.map(({ exit }) => exit)).toEqual(pods.map(() => 0));
  });

  it('does not give an address again at once', async () => {
    const { pod, answer } = await added();
    await node.call('DEL', { netns: pod });
    const next = await added();
    expect(addressOf(next.answer)).not.toBe(addressOf(answer));
  });

  it('may connect a second link of the same pod', async () => {
    const { pod, answer } = await added();
    const second = await node.call('ADD', { netns: pod, ifName: 'net1', config: {} });
    // Both would be the default route; the second says so and leaves the first as it is.
    expect(second.body.code).toBe(102);
    expect(await linkOf(pod, 'net1')).toBeUndefined();
    expect((await linkOf(pod, 'eth0'))?.addr_info[0]?.local).toBe(addressOf(answer));
  });

  const refusals: [string, CallOptions, number, RegExp][] = [
    ['a missing namespace', { netns: 'labnet-test-nowhere' }, 102, /step veth failed/],
    ['no namespace', { netns: '', containerId: 'abc' }, 4, /CNI_NETNS/],
    ['a namespace elsewhere', { env: { CNI_NETNS: '/proc/1/ns/net' } }, 4, /CNI_NETNS/],
    ['a path that leaves the folder', { env: { CNI_NETNS: '/run/netns/..' } }, 4, /CNI_NETNS/],
    ['no container', { containerId: '' }, 4, /CNI_CONTAINERID/],
    ['a container with a slash', { containerId: '../x' }, 4, /CNI_CONTAINERID/],
    ['a container with a blank', { containerId: 'a b' }, 4, /CNI_CONTAINERID/],
    ['no name of a link', { ifName: '' }, 4, /CNI_IFNAME/],
    ['a long name of a link', { ifName: 'a123456789012345' }, 4, /CNI_IFNAME/],
    ['a name of a link with a slash', { ifName: 'a/b' }, 4, /CNI_IFNAME/],
    ['a dot as the name of a link', { ifName: '..' }, 4, /CNI_IFNAME/],
    ['CNI_ARGS without a value', { env: { CNI_ARGS: 'a;b=c' } }, 4, /CNI_ARGS/],
    ['a configuration that is no JSON', { stdin: '{"cniVersion":' }, 6, /JSON/],
    ['a configuration that is a list', { stdin: '[]' }, 6, /JSON/],
    ['a version of the future', { config: { cniVersion: '9.0.0' } }, 1, /9\.0\.0/],
    ['a version of the past', { config: { cniVersion: '0.1.0' } }, 1, /0\.1\.0/],
    ['a network without a name', { config: { name: '' } }, 7, /name/],
    ['a network with a wrong name', { config: { name: '-a' } }, 7, /name/],
    [
      'a port that is none',
      { config: { runtimeConfig: { portMappings: [{ hostPort: 99999, containerPort: 80 }] } } },
      7,
      /hostPort/,
    ],
    [
      'an unknown protocol',
      {
        config: {
          runtimeConfig: { portMappings: [{ hostPort: 1, containerPort: 80, protocol: 'x' }] },
        },
      },
      7,
      /protocol/,
    ],
  ];

  it.each(refusals)(
    'refuses %s with a code, and leaves nothing',
    async (_, options, code, text) => {
      const pod = await node.pod();
      const before = await traces();
      const answer = await node.call('ADD', { netns: pod, ...options });
      expect(answer.exit).toBe(1);
      expect(answer.body.code).toBe(code);
      expect(answer.body.msg).toMatch(text);
      expect(await traces()).toEqual(before);
    },
  );

  it('refuses a name that the pod has already, and leaves that as it is', async () => {
    const pod = await node.pod();
    await node.run(['ip', '-n', pod, 'link', 'add', 'eth0', 'type', 'dummy'], {
      allowFailure: true,
    });
    await node.run(['ip', '-n', pod, 'link', 'add', 'eth0', 'type', 'bridge'], {
      allowFailure: true,
    });
    const answer = await node.call('ADD', { netns: pod });
    expect(answer.body.code).toBe(102);
    expect(answer.body.msg).toMatch(/File exists/);
    expect(await linkOf(pod, 'eth0')).toBeDefined();
  });

  it('refuses to connect the same link twice', async () => {
    const { pod } = await added();
    const again = await node.call('ADD', { netns: pod });
    expect(again.body.code).toBe(100);
    expect(await linkOf(pod, 'eth0')).toBeDefined();
  });

  it('says when the range is full, and goes on when an address is free', async () => {
    const small = await labnetNode(programs, { range: '10.244.9.0/29' });
    try {
      await small.startAgent();
      const pods = [];
      for (let i = 0; i < 5; i++) {
        const pod = await small.pod();
        expect((await small.call('ADD', { netns: pod })).exit).toBe(0);
        pods.push(pod);
      }
      const more = await small.pod();
      const full = await small.call('ADD', { netns: more });
      expect(full.body).toMatchObject({
        code: 101,
        msg: expect.stringMatching(/all 5 are in use/),
      });
      await small.call('DEL', { netns: pods[2] as string });
      expect(addressOf(await small.call('ADD', { netns: more }))).toBe('10.244.9.4');
    } finally {
      await small.close();
    }
  });
});

describe('host ports', () => {
  const ports = (hostPort: number, more = {}): CallOptions => ({
    config: { runtimeConfig: { portMappings: [{ hostPort, containerPort: 80, ...more }] } },
  });
  const elements = async (): Promise<string> =>
    node.run(['nft', 'list', 'table', 'ip', 'labnet_nat']);

  it('lead to the pod, and go with it', async () => {
    const before = await traces();
    const { pod, answer } = await added(ports(8080, { protocol: 'tcp' }));
    expect(await elements()).toContain(`tcp . 8080 : ${addressOf(answer)} . 80`);
    await node.call('DEL', { netns: pod });
    expect(await traces()).toEqual(before);
  });

  it('may be of one address, and of UDP', async () => {
    const { pod, answer } = await added(ports(5353, { protocol: 'UDP', hostIP: '192.0.2.9' }));
    expect(await elements()).toContain(`192.0.2.9 . udp . 5353 : ${addressOf(answer)} . 80`);
    await node.call('DEL', { netns: pod });
  });

  it('are refused when another pod has the same, and nothing of the second stays', async () => {
    const { pod: first } = await added(ports(8081));
    const before = await traces();
    const answer = await node.call('ADD', { netns: await node.pod(), ...ports(8081) });
    expect(answer.body).toMatchObject({ code: 102, msg: expect.stringMatching(/host-ports/) });
    expect(await traces()).toEqual(before);
    await node.call('DEL', { netns: first });
  });

  it('are read as containerd writes them', async () => {
    const portMappings = [
      { HostPort: 8082, ContainerPort: 80, Protocol: 'tcp', HostIP: '' },
      { HostPort: 0, ContainerPort: 81, Protocol: 'tcp', HostIP: '' },
    ];
    const { pod, answer } = await added({ config: { runtimeConfig: { portMappings } } });
    expect(await elements()).toContain(`tcp . 8082 : ${addressOf(answer)} . 80`);
    await node.call('DEL', { netns: pod });
  });

  it('that are wrong do not keep DEL from its work', async () => {
    const { pod } = await added();
    const answer = await node.call('DEL', { netns: pod, ...ports(99_999) });
    expect([answer.exit, answer.text]).toEqual([0, '']);
  });

  it('of zero mean none', async () => {
    const { pod } = await added(ports(0));
    await node.call('DEL', { netns: pod });
  });
});

describe('CHECK', () => {
  const check = (pod: string, answer?: Answer): Promise<Answer> =>
    node.call('CHECK', { netns: pod, config: answer ? { prevResult: answer.body } : {} });

  it('is content with what ADD made', async () => {
    const { pod, answer } = await added();
    expect((await check(pod, answer)).text).toBe('');
  });

  it('does not know what was never connected', async () => {
    expect((await check(await node.pod())).body.code).toBe(3);
  });

  const damages: [string, (pod: string, host: string) => string[], RegExp][] = [
    ['a link on the node that is down', (_, host) => ['link', 'set', host, 'down'], /is down/],
    ['a link off the bridge', (_, host) => ['link', 'set', host, 'nomaster'], /not plugged into/],
    [
      'hairpin off',
      (_, host) => ['link', 'set', host, 'type', 'bridge_slave', 'hairpin', 'off'],
      /hairpin off/,
    ],
    ['a link that is gone', (_, host) => ['link', 'delete', host], /is gone/],
    ['a pod without address', (pod) => ['-n', pod, 'address', 'flush', 'eth0'], /lacks 10\.244/],
    ['a pod without default route', (pod) => ['-n', pod, 'route', 'delete', 'default'], /default/],
    [
      'a pod whose link is down',
      (pod) => ['-n', pod, 'link', 'set', 'eth0', 'down'],
      /eth0 is down/,
    ],
    ['a pod without loopback', (pod) => ['-n', pod, 'link', 'set', 'lo', 'down'], /lo is down/],
  ];

  it.each(damages)('names %s', async (_, words, text) => {
    const { pod, answer } = await added();
    await node.run(['ip', ...words(pod, hostLinkName(pod, 'eth0'))]);
    const { body } = await check(pod, answer);
    expect(body.code).toBe(103);
    expect(body.details).toMatch(text);
  });

  it('names an address that the runtime believes in and the pod was never given', async () => {
    const { pod } = await added();
    const prevResult = { ips: [{ address: '10.244.1.250/24' }] };
    const { body } = await node.call('CHECK', { netns: pod, config: { prevResult } });
    expect(body.details).toMatch(/believes in 10\.244\.1\.250/);
  });
});

describe('DEL', () => {
  it('takes everything away, also the second time', async () => {
    const before = await traces();
    const { pod } = await added();
    for (let i = 0; i < 2; i++) {
      expect((await node.call('DEL', { netns: pod })).text).toBe('');
      expect(await traces()).toEqual(before);
    }
  });

  it('comes before ADD, without harm', async () => {
    expect((await node.call('DEL', { netns: await node.pod() })).exit).toBe(0);
  });

  it('works when the namespace is gone, and without being told of one', async () => {
    const { pod } = await added();
    await node.run(['ip', 'netns', 'delete', pod]);
    const answer = await node.call('DEL', { netns: '', containerId: pod });
    expect([answer.exit, answer.text]).toEqual([0, '']);
  });

  it('lets the same container be connected again', async () => {
    const { pod } = await added();
    await node.call('DEL', { netns: pod });
    expect((await node.call('ADD', { netns: pod })).exit).toBe(0);
  });
});

describe('STATUS and GC', () => {
  it('STATUS says that pods can be started', async () => {
    expect(await node.call('STATUS')).toMatchObject({ exit: 0, text: '' });
  });

  it.each(['STATUS', 'GC'])('%s is not for old versions', async (command) => {
    const { body } = await node.call(command, { config: { cniVersion: '1.0.0' } });
    expect(body.code).toBe(1);
  });

  it('GC takes away what is not in the list, and nothing without a list', async () => {
    const [kept, stale] = [await added(), await added()];
    await node.call('GC');
    expect(await linkOf(stale.pod, 'eth0')).toBeDefined();
    const all = await readdir(join(node.folder, 'calls'));
    const valid = all
      .map((name) => name.replace(/-eth0\.json$/, ''))
      .filter((containerID) => containerID !== stale.pod)
      .map((containerID) => ({ containerID, ifname: 'eth0' }));
    const config = { 'cni.dev/valid-attachments': valid };
    expect((await node.call('GC', { config })).text).toBe('');
    expect(await linkOf(stale.pod, 'eth0')).toBeUndefined();
    expect(await linkOf(kept.pod, 'eth0')).toBeDefined();
  });
});

describe('without an agent', () => {
  it('each command has its own rule, and the agent makes up for it when it is back', async () => {
    const lonely = await labnetNode(programs);
    try {
      await lonely.startAgent();
      const pod = await lonely.pod();
      const made = await lonely.call('ADD', { netns: pod });
      await lonely.killAgent();

      expect((await lonely.call('STATUS')).body.code).toBe(50);
      expect((await lonely.call('ADD', { netns: await lonely.pod() })).body.code).toBe(11);
      const end = await lonely.call('DEL', { netns: pod, config: { prevResult: made.body } });
      expect([end.exit, end.text]).toEqual([0, '']);
      const links = await lonely.run(['ip', 'link']);
      expect(links).not.toContain(hostLinkName(pod, 'eth0'));
      expect(await readdir(join(lonely.folder, 'pending-del'))).toEqual([`${pod}-eth0.json`]);

      await lonely.startAgent();
      expect(await readdir(join(lonely.folder, 'pending-del'))).toEqual([]);
      expect((await lonely.call('ADD', { netns: pod })).exit).toBe(0);
    } finally {
      await lonely.close();
    }
  }, 60_000);

  it('pods go on talking', async () => {
    const lonely = await labnetNode(programs);
    try {
      await lonely.startAgent();
      const [one, other] = [await lonely.pod(), await lonely.pod()];
      await lonely.call('ADD', { netns: one });
      const to = addressOf(await lonely.call('ADD', { netns: other }));
      const ping = lonely.run([
        ...['ip', 'netns', 'exec', one, 'ping', '-i', '0.02', '-c', '150', '-W', '1', to],
      ]);
      await lonely.killAgent();
      await lonely.startAgent();
      expect(await ping).toMatch(/150 received, 0% packet loss/);
    } finally {
      await lonely.close();
    }
  }, 60_000);

  it('a damaged state is as none: unknown links go, and the address is free', async () => {
    const lonely = await labnetNode(programs);
    try {
      await lonely.startAgent();
      const pod = await lonely.pod();
      await lonely.call('ADD', { netns: pod });
      await lonely.killAgent();
      await mkdir(lonely.folder, { recursive: true });
      await writeFile(join(lonely.folder, 'state.json'), '{"version":1,"att');
      await lonely.startAgent();
      expect(await lonely.run(['ip', 'link'])).not.toContain(hostLinkName(pod, 'eth0'));
      expect((await lonely.call('ADD', { netns: pod })).exit).toBe(0);
    } finally {
      await lonely.close();
    }
  }, 60_000);
});
