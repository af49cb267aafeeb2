import { describe, expect, it } from 'vitest';
import type { AgentContext } from '../../../../scripts/labnet/agent/context.ts';
import { poolKeeper } from '../../../../scripts/labnet/agent/keeper.ts';
import { emptyState } from '../../../../scripts/labnet/agent/state.ts';
import { grantOf, type Subnet } from '../../../../scripts/labnet/agent/subnet.ts';
import type { VpcOptions } from '../../../../scripts/labnet/config.ts';
import { nodeFacts } from '../../../../scripts/labnet/node/facts.ts';
import type { Exec } from '../../../../scripts/labnet/plan/exec.ts';
import { heldBy, newPool } from '../../../../scripts/labnet/vpc/pool.ts';

const uplink = { link: 'enp0s8', address: '10.100.198.201', network: '10.100.198.0/24', mtu: 1500 };

/** A subnet of which the other nodes hold so much; what this node said last. */
function subnetOf(size: number, others: number): Subnet & { told?: number } {
  const subnet: Subnet & { told?: number } = {
    grant: (held, wanted) =>
      Promise.resolve(grantOf(size, new Map([['node2', others]]), held, wanted)),
    tell(held) {
      subnet.told = held;
      return Promise.resolve();
    },
  };
  return subnet;
}

interface Kept {
  context: AgentContext;
  sent: string[];
  saved: () => number;
  reconcile: () => Promise<void>;
}

function keeping(
  vpc: Partial<VpcOptions>,
  subnet: Subnet,
  parts: { refuses?: RegExp; again?: () => Promise<void> } = {},
): Kept {
  const options = { warmEni: 1, enis: 3, addressesPerEni: 6, ...vpc };
  const config = {
    mode: 'vpc',
    iface: 'enp0s8',
    podSubnet: '10.244.0.0/16',
    vpc: options,
  } as const;
  const sent: string[] = [];
  const exec: Exec = (_, stdin = '') => {
    sent.push(...stdin.trim().split('\n'));
    const fails = parts.refuses?.test(stdin) === true;
    const stderr = fails ? 'RTNETLINK answers: No\nCommand failed -:1' : '';
    return Promise.resolve({ code: fails ? 1 : 0, stdout: '', stderr });
  };
  let saves = 0;
  const context: AgentContext = {
    state: {
      ...emptyState(),
      facts: nodeFacts(config, '10.244.1.0/24', uplink),
      pool: newPool(uplink.address, 0),
    },
    save: () => Promise.resolve(void saves++),
    exec,
    problem: () => undefined,
    folder: '',
    log: () => undefined,
  };
  const keeper = poolKeeper({
    context,
    subnet,
    again: parts.again ?? (() => Promise.resolve()),
  });
  return { context, sent, saved: () => saves, reconcile: () => keeper.reconcile() };
}

const sizes = ({ context }: Kept): number[] =>
  context.state.pool?.enis.map(({ addresses }) => addresses.length) ?? [];

describe('the keeper of a pool', () => {
  it('attaches an ENI with its table, and fills it', async () => {
    const kept = keeping({ warmEni: 2 }, subnetOf(100, 0));
    await kept.reconcile();
    expect(sizes(kept)).toEqual([5, 5]);
    expect(kept.sent.filter((line) => !line.startsWith('link delete'))).toEqual([
      'link add labnet-eni1 link enp0s8 address 0a:58:0a:f4:01:07 type macvlan mode bridge',
      'address replace 10.244.1.7/32 dev labnet-eni1',
      'link set labnet-eni1 up',
      'route replace 10.100.198.1 dev labnet-eni1 scope link table 2',
      'route replace default via 10.100.198.1 dev labnet-eni1 table 2',
    ]);
    expect(kept.saved()).toBeGreaterThan(1);
  });

  it('takes what a subnet still has, and says that it has no more', async () => {
    const kept = keeping({ warmEni: 2 }, subnetOf(20, 11));
    await kept.reconcile();
    expect(sizes(kept)).toEqual([5, 2]);
    expect(kept.context.state.pool?.problem).toMatch(
      /of its 20 addresses this node holds 9, the others node2 11/,
    );
  });

  it('attaches no ENI that would have no address for a pod', async () => {
    const kept = keeping({ warmEni: 2 }, subnetOf(20, 13));
    await kept.reconcile();
    expect(sizes(kept)).toEqual([5]);
    expect(kept.sent).toEqual([]);
  });

  it('gives back when targets are lower, and says so', async () => {
    const subnet = subnetOf(100, 0);
    const kept = keeping({ warmEni: 2 }, subnet);
    await kept.reconcile();
    const { facts, pool } = kept.context.state;
    if (!facts || !pool) throw new Error('no pool');
    facts.vpc = { ...facts.vpc, warmIp: 2 };
    for (const eni of pool.enis) eni.since = 0;
    await kept.reconcile();
    expect(sizes(kept)).toEqual([2]);
    expect(kept.sent.at(-1)).toBe('link delete labnet-eni1');
    expect(subnet.told).toBe(3);
  });

  it.each([
    [
      'the kernel refuses it',
      { refuses: /link add/ },
      /step eni1 failed/,
      // The first line of the batch failed, so there was nothing to undo.
      'route replace default via 10.100.198.1 dev labnet-eni1 table 2',
    ],
    [
      'the ways to other nodes cannot be made',
      { again: () => Promise.reject(new Error('no way')) },
      /no way/,
      'link delete labnet-eni1',
    ],
  ])('leaves nothing of an ENI when %s', async (_, parts, problem, last) => {
    const kept = keeping({ warmEni: 2 }, subnetOf(100, 0), parts);
    await kept.reconcile();
    expect(sizes(kept)).toEqual([5]);
    expect(kept.context.state.pool?.problem).toMatch(problem);
    expect(kept.sent.at(-1)).toBe(last);
  });

  it('goes on when the API server is back', async () => {
    let away = true;
    const there = subnetOf(100, 0);
    const subnet: Subnet = {
      tell: (held) => there.tell(held),
      grant: (held, wanted) =>
        away ? Promise.reject(new Error('ECONNREFUSED')) : there.grant(held, wanted),
    };
    const kept = keeping({}, subnet);
    await kept.reconcile();
    expect(kept.context.state.pool?.problem).toBe('ECONNREFUSED');
    away = false;
    await kept.reconcile();
    expect(kept.context.state.pool).not.toHaveProperty('problem');
    expect(heldBy(kept.context.state.pool ?? { enis: [] })).toBe(6);
  });
});
