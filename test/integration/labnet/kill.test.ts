import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { sleep } from '../../../scripts/base/until.ts';
import type { AgentState } from '../../../scripts/labnet/agent/state.ts';
import { eniLink } from '../../../scripts/labnet/vpc/names.ts';
import { local } from '../../../scripts/nodes/local.ts';
import {
  buildPrograms,
  labnetNode,
  nodesNetwork,
  type LabnetNode,
} from '../../support/labnet-node.ts';

const calls = Number(process.env['LAB_CALLS'] ?? 500);
const network = `labvpc-kill-${process.pid}`;
let programs = '';
let node: LabnetNode;

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), 'labnet-programs-'));
  await buildPrograms(programs);
  await nodesNetwork(network);
}, 900_000);

afterEach(() => node.close());

afterAll(async () => {
  await local(['ip', 'netns', 'delete', network]);
  await rm(programs, { recursive: true });
});

/** But for secondary ENIs, of which there are as many as the pool has. */
async function kernel(): Promise<unknown> {
  const seen = async (...argv: string[]): Promise<string[]> =>
    (await node.run(argv)).split('\n').filter((line) => !line.includes('labnet-eni'));
  return {
    links: await seen('sh', '-c', 'ls /sys/class/net'),
    addresses: await seen('ip', '-4', '-brief', 'address'),
    routes: await seen('ip', '-4', 'route', 'show', 'table', 'all'),
    rules: await seen('ip', 'rule'),
    nft: await seen('nft', '--stateless', 'list', 'ruleset'),
  };
}

async function enis(): Promise<string[]> {
  const names = await node.run(['sh', '-c', 'ls /sys/class/net']);
  return names.split('\n').filter((name) => name.startsWith('labnet-eni'));
}

async function state(): Promise<AgentState> {
  return JSON.parse(await readFile(join(node.folder, 'state.json'), 'utf8')) as AgentState;
}

const random = (below: number): number => Math.floor(Math.random() * below);

/** Kills the agent at any moment and starts it again, until told to stop; how often. */
async function keepKilling(stop: AbortSignal): Promise<number> {
  let kills = 0;
  for (; !stop.aborted; kills++) {
    await sleep(random(250));
    await node.killAgent();
    await sleep(random(60));
    await node.startAgent();
  }
  return kills;
}

const vpc = {
  network,
  address: '10.100.217.201',
  options: { warmEni: 1, enis: 6, addressesPerEni: 8 },
};

it.each([
  ['a bridge', calls, undefined],
  ['ENIs', Math.ceil(calls / 2.5), vpc],
])(
  'with %s leaves nothing after %i calls, with the agent killed all the time',
  async (_, count, setting) => {
    node = await labnetNode(programs, setting ? { vpc: setting } : {});
    await node.startAgent();
    const clean = await kernel();
    const stop = new AbortController();
    const killing = keepKilling(stop.signal);
    const living = new Map<string, string>();
    let port = 20_000;
    let failures = 0;

    async function start(): Promise<void> {
      const pod = await node.pod();
      const portMappings = random(3) === 0 ? [{ hostPort: ++port, containerPort: 80 }] : [];
      const answer = await node.call('ADD', {
        netns: pod,
        config: { runtimeConfig: { portMappings } },
      });
      if (answer.exit !== 0) failures++;
      const { ips } = answer.body as { ips?: { address: string }[] };
      // A runtime whose ADD failed calls DEL, too.
      if (answer.exit === 0) living.set(pod, ips?.[0]?.address ?? '');
      else await end(pod);
    }

    async function end(pod: string): Promise<void> {
      living.delete(pod);
      for (let tries = 1; ; tries++) {
        const answer = await node.call('DEL', { netns: pod });
        if (answer.exit === 0) break;
        failures++;
        expect(tries, answer.text).toBeLessThan(20);
      }
      await node.endPod(pod);
    }

    let left = count;
    const worker = async (): Promise<void> => {
      while (left-- > 0) {
        const [old] = [...living.keys()].slice(random(living.size));
        if (old !== undefined && random(10) < 5) await end(old);
        else await start();
        expect(new Set(living.values()).size).toBe(living.size);
      }
    };
    await Promise.all([worker(), worker(), worker()]);
    stop.abort();
    const kills = await killing;
    for (const pod of [...living.keys()]) await end(pod);
    // What a runtime never hears of again is found at the next start.
    await node.killAgent();
    await node.startAgent();
    console.log(`${kills} kills, ${failures} calls failed and were repeated`);
    expect(kills).toBeGreaterThan(10);
    expect(await kernel()).toEqual(clean);
    const { attachments, pool } = await state();
    expect(attachments).toEqual({});
    expect(await enis()).toEqual((pool?.enis.slice(1) ?? []).map(({ device }) => eniLink(device)));
  },
  300_000,
);
