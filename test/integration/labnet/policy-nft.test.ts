import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernelRules, type KernelRules } from '../../../scripts/labnet/agent/kernel-rules.ts';
import { compile } from '../../../scripts/labnet/policy/compile.ts';
import { parseConntrack } from '../../../scripts/labnet/policy/conntrack.ts';
import { cut } from '../../../scripts/labnet/policy/cut.ts';
import type { Isolation } from '../../../scripts/labnet/policy/isolation.ts';
import { judge, type Packet } from '../../../scripts/labnet/policy/judge.ts';
import { readWorld, type World } from '../../../scripts/labnet/policy/model.ts';
import { replaceAll, ruleset, transaction } from '../../../scripts/labnet/policy/nft.ts';
import { testPod, testPolicy, testWorld } from '../../support/policy-world.ts';
import { randomOf, seed, type Random } from '../../support/random.ts';
import { portNumbers, randomObjects } from '../../support/random-policies.ts';
import { nodeAddress, outsideAddresses, podAddresses, podNetwork } from './pod-network.ts';
import { serviceAddress, type Attachment, type PodNetwork } from './pod-network.ts';

const worlds = 40;
const packetsPerWorld = 16;
const list = ['nft', '-t', 'list', 'table', 'inet', 'labnet_policy'];

function randomWorld(random: Random): World {
  const place = { node: 'node-1', hostIP: nodeAddress };
  const places = podAddresses.map((podIP) => ({ ...place, podIP }));
  return readWorld(randomObjects(random, places));
}

/** No SCTP: this kernel has no sockets for it. The text of its rules has unit tests. */
type Probe = Packet & { protocol: 'TCP' | 'UDP' };

function randomProbe(random: Random): Probe {
  const ends = [...podAddresses, ...podAddresses, ...outsideAddresses, nodeAddress];
  return {
    from: random.pick(ends),
    to: random.pick(ends),
    protocol: random.pick(['TCP', 'UDP']),
    port: random.pick([...portNumbers, 82]),
  };
}

/** How a pod learns that it may not: RST, or the ICMP message "prohibited". */
const refusals = { TCP: 'ECONNREFUSED', UDP: 'EHOSTUNREACH' };

describe.runIf(process.getuid?.() === 0).each<Attachment>(['routed', 'bridged'])(
  'policies in the kernel, pods %s',
  (attachment) => {
    let network: PodNetwork;

    beforeAll(async () => {
      network = await podNetwork(`${process.pid}${attachment[0]}`, attachment);
      await load([]);
    });
    afterAll(() => network.close());

    async function load(isolations: readonly Isolation[]): Promise<void> {
      const listing = await network.onNode(list).catch(() => '');
      await network.onNode(['nft', '-f', '-'], replaceAll(ruleset(isolations), listing));
    }
    const rulesOfKernel = (): KernelRules =>
      kernelRules(async (argv, stdin) => {
        try {
          return { code: 0, stdout: await network.onNode(argv, stdin), stderr: '' };
        } catch (error) {
          return { code: 1, stdout: '', stderr: String(error) };
        }
      });
    /** Loads only what differs from what it loaded before. */
    const piecemeal = (): typeof load => {
      const rules = rulesOfKernel();
      return async (isolations) => void (await rules.load(isolations));
    };
    /** Without the counters, which a change sets to zero, and in an order that does not depend on what came first. */
    const inKernel = async (): Promise<string[]> =>
      (await network.onNode(['nft', '-s', 'list', 'table', 'inet', 'labnet_policy']))
        .split('\n')
        .sort();
    const probe = ({ from, ...packet }: Probe): Promise<string> =>
      network.order({ what: 'probe', source: from, ...packet });

    it(`does what verdicts say, ${worlds * packetsPerWorld} times (LAB_SEED=${seed})`, async () => {
      const change = piecemeal();
      const wrong: unknown[] = [];
      const counts = { open: 0, refused: 0 };
      for (let number = 0; number < worlds; number++) {
        const random = randomOf(seed + number);
        const world = randomWorld(random);
        const packets = random.list(packetsPerWorld, packetsPerWorld, () => randomProbe(random));
        await change(compile(world, 'node-1'));
        await network.onNode(['conntrack', '-F']);
        const outcomes = await Promise.all(packets.map(probe));
        for (const [place, packet] of packets.entries()) {
          const { allowed } = judge(world, packet);
          const wanted = allowed ? 'open' : refusals[packet.protocol];
          counts[allowed ? 'open' : 'refused']++;
          const outcome = outcomes[place];
          if (outcome !== wanted) wrong.push({ outcome, wanted, packet, policies: world.policies });
        }
      }
      const changed = await inKernel();
      await load(compile(randomWorld(randomOf(seed + worlds - 1)), 'node-1'));
      expect(changed).toEqual(await inKernel());
      expect(wrong.length, JSON.stringify(wrong[0])).toBe(0);
      expect(Math.min(counts.open, counts.refused)).toBeGreaterThan(worlds * 3);
    });

    /** Three pods, of which at most the first is isolated. */
    const [a, b, c] = podAddresses as [string, string, string, string];
    const pods = [testPod('shop/a', a), testPod('shop/b', b), testPod('shop/c', c)];
    const closed = (direction: 'Ingress' | 'Egress'): World =>
      testWorld(pods.slice(0, 1), [testPolicy('shop/closed', { policyTypes: [direction] })]);
    const tcp = { protocol: 'TCP', port: 80 } as const;

    it('lets a pod come back to itself through a Service', async () => {
      const world = testWorld(pods, [testPolicy('shop/p', { policyTypes: ['Ingress', 'Egress'] })]);
      await load(compile(world, 'node-1'));
      expect(await probe({ from: a, to: serviceAddress, ...tcp })).toBe('open');
      expect(await probe({ from: b, to: serviceAddress, ...tcp })).toBe('EHOSTUNREACH');
    });

    it('judges a connection through a Service by the pod and port behind it', async () => {
      const backend = { podSelector: {}, ingress: [{ ports: [{ port: 8080 }] }] };
      await load(compile(testWorld(pods.slice(0, 1), [testPolicy('shop/p', backend)]), 'node-1'));
      expect(await probe({ from: b, to: serviceAddress, ...tcp })).toBe('open');
      expect(await probe({ from: b, to: a, ...tcp })).toBe('ECONNREFUSED');
    });

    it('isolates one pod and forgets it again, whatever was there before', async () => {
      await load([]);
      const isolations = compile(closed('Ingress'), 'node-1');
      const outcomes: string[] = [];
      const own = { chains: [], sets: [], pods: [a] };
      /** Nobody tells it what there was. */
      const put = (list: readonly Isolation[], options?: { denial: 'drop' }): string => {
        const after = ruleset(list, options);
        return transaction({ ...own, chains: [...after.chains.keys()] }, after);
      };
      const steps = [
        ...[put(isolations), put(isolations)],
        ...[put([]), put([])],
        put(compile(closed('Egress'), 'node-1')),
        put(isolations, { denial: 'drop' }),
        put([]),
      ];
      for (const text of steps) {
        await network.onNode(['nft', '-f', '-'], text);
        outcomes.push(await probe({ from: b, to: a, ...tcp }));
      }
      const refused = 'ECONNREFUSED';
      expect(outcomes).toEqual([refused, refused, 'open', 'open', 'open', 'timeout', 'open']);
      expect(await network.onNode(list)).not.toContain('pod-');
    });

    it('comes to the same rules with pods that are added while policies change', async () => {
      const rules = rulesOfKernel();
      for (let number = 0; number < worlds / 2; number++) {
        const random = randomOf(seed + number);
        const [early, late] = [randomWorld(random), randomWorld(random)];
        const own = podAddresses.slice(0, 2);
        const without = compile(early, 'node-1').filter(({ address }) => !own.includes(address));
        await rules.load(number % 4 === 0 ? [] : without);
        const loading = rules.load(without);
        const adds = own.map(async (address, place) => {
          const mine = compile(place === 0 ? early : late, 'node-1').filter(
            (isolation) => isolation.address === address,
          );
          const wanted = ruleset(mine);
          for (;;) {
            const busy = rules.busy(address, wanted);
            if (!busy) break;
            await busy;
          }
          const text = rules.begin(address, wanted);
          const well = random.chance(0.8);
          if (well) await network.onNode(['nft', '-f', '-'], text);
          rules.ended(address, well);
        });
        await Promise.all([...adds, loading]);
        await rules.load(compile(late, 'node-1'));
        const after = await inKernel();
        await load(compile(late, 'node-1'));
        expect(after).toEqual(await inKernel());
      }
    });

    it('leaves nothing behind, and other tables alone', async () => {
      await load(compile(randomWorld(randomOf(seed)), 'node-1'));
      await load([]);
      expect(await network.onNode(list)).not.toMatch(/pod-|peers-/);
      expect(await network.onNode(['nft', 'list', 'tables'])).toContain('table ip service');
    });

    it.each([
      ['the client talks', 7001, 'Ingress'],
      ['the server talks', 7000, 'Ingress'],
      ['the client talks', 7001, 'Egress'],
      ['the server talks', 7000, 'Egress'],
    ] as const)('cuts an open connection on which %s (%i, %s)', async (_, port, direction) => {
      const [from, to] = direction === 'Ingress' ? [b, a] : [a, b];
      const isolations = compile(closed(direction), 'node-1');
      await load([]);
      await network.onNode(['conntrack', '-F']);
      const hold = { what: 'hold', source: from, to, protocol: 'TCP', port } as const;
      const held = network.order(hold);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await load(isolations);
      const flows = parseConntrack(await network.onNode(['conntrack', '-L']));
      const commands = cut(isolations, flows, new Set([nodeAddress, '10.244.1.1']));
      expect(commands).toHaveLength(1);
      for (const argv of commands) await network.onNode(argv);
      // Who talks is told by RST; who only listens hears nothing more.
      expect(await held).toBe(port === 7001 ? 'reset' : 'silent');
    });

    it.each([
      ['everything is', () => load],
      ['what differs is', piecemeal],
    ])('is never open while %s replaced', async (_, way) => {
      const put = way();
      const isolations = compile(closed('Ingress'), 'node-1');
      const others = compile(randomWorld(randomOf(seed)), 'node-1').filter(
        ({ address }) => address !== a,
      );
      await put(isolations);
      const count = { what: 'received', source: a, to: a, protocol: 'UDP', port: 8081 } as const;
      const before = await network.order(count);
      const sending = network.order({ ...count, what: 'flood', source: b });
      let done = false;
      void sending.then(() => (done = true));
      let replaced = 0;
      // The chain of the pod itself changes every time, too.
      const [own] = isolations;
      const again = own ? [{ ...own, policies: ['shop/renamed'] }] : [];
      for (; !done; replaced++) await put(replaced % 2 ? isolations : [...again, ...others]);
      expect(Number(await sending)).toBeGreaterThan(1_000);
      expect(replaced).toBeGreaterThan(2);
      expect(await network.order(count)).toBe(before);
    });
  },
);
