import type { LabnetNode } from '../lab/labnet/look.ts';
import { takenBy } from '../labnet/agent/state.ts';
import { eniLink, eniTable } from '../labnet/vpc/names.ts';
import { isCooling, maxPods } from '../labnet/vpc/pool.ts';
import { table } from './print.ts';

/** The ENIs of a node in the mode vpc, as text; nothing in the other modes. */
export function eniLines({ node, state }: LabnetNode): string[] {
  const { facts, pool } = state ?? {};
  if (!state || facts?.mode !== 'vpc' || !pool) return [];
  const taken = takenBy(state);
  const now = Date.now();
  const rows = pool.enis.map(({ device, primary, addresses }) => {
    const used = addresses.filter((one) => taken.has(one)).length;
    const cooling = addresses.filter((one) => !taken.has(one) && isCooling(pool, one, now)).length;
    return [
      `${device}`,
      device === 0 ? facts.uplink.link : eniLink(device),
      eniTable(device),
      primary,
      addresses.length === 0
        ? 'none'
        : `${addresses.length}: ${addresses[0]} … ${addresses.at(-1)}`,
      `${used}`,
      `${cooling}`,
      `${addresses.length - used - cooling}`,
    ];
  });
  const head = ['ENI', 'LINK', 'TABLE', 'ITS OWN', 'FOR PODS', 'USED', 'COOLING', 'FREE'];
  return [
    '',
    `ENIs of ${node}: ${pool.enis.length} of ${facts.vpc.enis}; at most ${maxPods(facts.vpc)} pods are recommended`,
    table(head, rows),
    ...(pool.problem === undefined ? [] : [`cannot grow: ${pool.problem}`]),
  ];
}
