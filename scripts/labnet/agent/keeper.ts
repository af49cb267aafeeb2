import { messageOf } from '../../base/errors.ts';
import { turnstile } from '../../base/turnstile.ts';
import type { NodeFacts } from '../node/facts.ts';
import { run, undo } from '../plan/run.ts';
import { applied, decide, type Action } from '../vpc/decide.ts';
import { eniPlan } from '../vpc/eni.ts';
import { heldBy, newPool, type Pool } from '../vpc/pool.ts';
import type { AgentContext } from './context.ts';
import { takenBy } from './state.ts';
import type { Subnet } from './subnet.ts';

export interface PoolKeeper {
  /** Brings the pool to its targets; calls follow one another. Never throws: the pool says what its problem is. */
  reconcile(): Promise<void>;
}

export interface KeeperParts {
  context: AgentContext;
  subnet: Subnet;
  /** Makes the ways to the other nodes again, after an ENI has come. */
  again: () => Promise<void>;
}

function rangeEnds({ range }: NodeFacts): string {
  return `no address is left in ${range} that no ENI holds`;
}

/** Carries out what `decide` says about this node's ENIs, until it says nothing more. */
export function poolKeeper({ context, subnet, again }: KeeperParts): PoolKeeper {
  const { state, exec, log } = context;
  const pool = (): Pool => state.pool ?? newPool('', 0);
  const inTurn = turnstile(1);

  /** @returns the ENIs before the change. */
  async function change(facts: NodeFacts, action: Action): Promise<Pool['enis']> {
    const { enis } = pool();
    state.pool = applied(pool(), action, facts.range, takenBy(state), Date.now());
    await context.save();
    return enis;
  }

  async function granted(wanted: number, least: number): Promise<number> {
    const { count, refusal } = await subnet.grant(heldBy(pool()), wanted, least);
    if (count < least) throw new Error(refusal ?? 'the subnet has no free address');
    return count;
  }

  async function attach(facts: NodeFacts, action: Action): Promise<void> {
    // Its own address, and at least one for a pod: with less it would be of no use.
    await granted(2, 2);
    const next = applied(pool(), action, facts.range, takenBy(state), Date.now());
    const eni = next.enis.find(({ device }) => device === action.device);
    if (!eni) throw new Error(rangeEnds(facts));
    const plan = eniPlan(facts, eni);
    // What an earlier detach could not take away would be in the way.
    await undo(plan, exec);
    await run(plan, exec);
    state.pool = { ...pool(), enis: next.enis };
    try {
      // It has no address for a pod yet, so none uses it before the ways to other nodes are there.
      await again();
    } catch (error) {
      await change(facts, { do: 'detach', device: eni.device });
      await undo(plan, exec);
      throw error;
    }
    await context.save();
    log(`ENI ${eni.device} is attached, with ${eni.primary}`);
  }

  async function assign(facts: NodeFacts, device: number, wanted: number): Promise<void> {
    const count = await granted(wanted, 1);
    const before = heldBy(pool());
    await change(facts, { do: 'assign', device, count });
    const got = heldBy(pool()) - before;
    if (got === 0) throw new Error(rangeEnds(facts));
    log(`ENI ${device} got ${got} addresses`);
  }

  async function release(facts: NodeFacts, action: Action): Promise<void> {
    await change(facts, action);
    await subnet.tell(heldBy(pool()));
    log(`ENI ${action.device} gave addresses back`);
  }

  async function detach(facts: NodeFacts, action: Action): Promise<void> {
    // First out of the pool, so that no pod gets an address of it from now on.
    const before = await change(facts, action);
    const gone = before.filter(({ device }) => device === action.device);
    const plan = gone.flatMap((eni) => eniPlan(facts, eni));
    for (const problem of await undo(plan, exec)) log(problem);
    await subnet.tell(heldBy(pool()));
    log(`ENI ${action.device} is detached`);
  }

  function carryOut(facts: NodeFacts, action: Action): Promise<void> {
    switch (action.do) {
      case 'attach':
        return attach(facts, action);
      case 'assign':
        return assign(facts, action.device, action.count);
      case 'release':
        return release(facts, action);
      case 'detach':
        return detach(facts, action);
    }
  }

  async function work(): Promise<void> {
    for (;;) {
      const { facts } = state;
      if (!facts || !state.pool) return;
      const action = decide(state.pool, takenBy(state), facts.vpc, Date.now());
      if (!action) break;
      try {
        await carryOut(facts, action);
      } catch (error) {
        const problem = messageOf(error);
        if (pool().problem !== problem) log(`the pool of addresses: ${problem}`);
        pool().problem = problem;
        await context.save();
        // What was granted and not used.
        await subnet.tell(heldBy(pool())).catch(() => undefined);
        return;
      }
    }
    Reflect.deleteProperty(pool(), 'problem');
  }

  return {
    reconcile: () => inTurn(work).catch((error: unknown) => log(`the pool: ${messageOf(error)}`)),
  };
}
