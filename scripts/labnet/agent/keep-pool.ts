import { heldBy } from '../vpc/pool.ts';
import type { AgentContext } from './context.ts';
import { poolKeeper, type KeeperParts } from './keeper.ts';
import type { Subnet } from './subnet.ts';

/** As AWS's agent looks after its pool (ms): cooldowns end, and other nodes give addresses back. */
const every = 5_000;

export async function tellHeld({ state }: AgentContext, subnet: Subnet): Promise<void> {
  if (state.pool) await subnet.tell(heldBy(state.pool));
}

/** In the mode vpc: keeps the pool of addresses, from now on and whenever an ADD finds none. */
export async function keepPool(parts: KeeperParts): Promise<void> {
  const keeper = poolKeeper(parts);
  parts.context.grow = () => keeper.reconcile();
  await keeper.reconcile();
  setInterval(() => void keeper.reconcile(), every).unref();
}
