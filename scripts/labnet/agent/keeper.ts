import { messageOf } from '../../base/errors.ts';
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

interface Parts {
  context: AgentContext;
  subnet: Subnet;
  /** Makes the ways to the other nodes again, after an ENI has come. */
  again: () => Promise<void>;
}

/** Carries out what `decide` says about this node's ENIs, until it says nothing more. */
export function poolKeeper({ context, subnet, again }: Parts): PoolKeeper {
  const { state, exec, log } = context;
  const pool = (): Pool => state.pool ?? newPool('', 0);
  let last: Promise<void> = Promise.resolve();

  /** @returns the ENIs before the change. */
  async function change(facts: NodeFacts, action: Action): Promise<Pool['enis']> {
    const { enis } = pool();
    state.pool = applied(pool(), action, facts.range, takenBy(state), Date.now());
    await context.save();
    return enis;
  }

  async function granted(wanted: number, least: number): Promise<number> {
    const { count, refusal } = await subnet.grant(heldBy(pool()), wanted);
    if (count < least) throw new Error(refusal ?? 'the subnet has no free address');
    return count;
  }

  const performers: { [D in Action['do']]: (facts: NodeFacts, action: Action) => Promise<void> } = {
    async attach(facts, action) {
      // Its own address, and at least one for a pod: with less it would be of no use.
      await granted(2, 2);
      const next = applied(pool(), action, facts.range, takenBy(state), Date.now());
      const eni = next.enis.find(({ device }) => device === action.device);
      if (!eni) throw new Error(`no address is left in ${facts.range} that no ENI holds`);
      await run(eniPlan(facts, eni), exec);
      state.pool = { ...pool(), enis: next.enis };
      await again();
      await context.save();
      log(`ENI ${eni.device} is attached, with ${eni.primary}`);
    },
    async assign(facts, action) {
      const wanted = 'count' in action ? action.count : 0;
      const count = await granted(wanted, 1);
      const before = heldBy(pool());
      await change(facts, { do: 'assign', device: action.device, count });
      if (heldBy(pool()) === before) {
        throw new Error(`no address is left in ${facts.range} that no ENI holds`);
      }
      log(`ENI ${action.device} got ${heldBy(pool()) - before} addresses`);
    },
    async release(facts, action) {
      await change(facts, action);
      await subnet.tell(heldBy(pool()));
      log(`ENI ${action.device} gave addresses back`);
    },
    async detach(facts, action) {
      // First out of the pool, so that no pod gets an address of it from now on.
      const before = await change(facts, action);
      const gone = before.filter(({ device }) => device === action.device);
      for (const problem of await undo(
        gone.flatMap((eni) => eniPlan(facts, eni)),
        exec,
      ))
        log(problem);
      await subnet.tell(heldBy(pool()));
      log(`ENI ${action.device} is detached`);
    },
  };

  async function work(): Promise<void> {
    for (;;) {
      const { facts } = state;
      if (!facts || !state.pool) return;
      const action = decide(state.pool, takenBy(state), facts.vpc, Date.now());
      if (!action) break;
      try {
        await performers[action.do](facts, action);
      } catch (error) {
        const problem = messageOf(error);
        if (pool().problem !== problem) log(`the pool of addresses: ${problem}`);
        pool().problem = problem;
        await context.save();
        return;
      }
    }
    Reflect.deleteProperty(pool(), 'problem');
  }

  return {
    reconcile() {
      last = last.then(work).catch((error: unknown) => log(`the pool: ${messageOf(error)}`));
      return last;
    },
  };
}
