import type { Exec } from '../plan/exec.ts';
import { lookAt } from '../plan/look.ts';
import { run } from '../plan/run.ts';
import type { Eni } from '../vpc/pool.ts';
import type { NodeFacts } from './facts.ts';
import { missing, nodePlan } from './wiring.ts';

/** Makes what this node lacks of bridge, tunnel, ENIs and address translation. Safe to repeat. */
export async function wireNode(
  facts: NodeFacts,
  exec: Exec,
  enis: readonly Eni[] = [],
): Promise<void> {
  const seen = { node: await lookAt(exec) };
  await run(missing(nodePlan(facts, seen, enis), seen), exec);
}
