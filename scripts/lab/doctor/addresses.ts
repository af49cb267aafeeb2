import { contains, overlaps, prefixOf } from '../../base/cidr.ts';
import type { AddressFacts } from './address-facts.ts';
import { check, type Check, type CheckStatus } from './check.ts';

type Lines = Pick<Check, 'status' | 'found'> & { fix: readonly string[] };

/** A /24 near the lab's own that nothing on this host touches. */
export function freeNetwork({ routes, ours, environments, network }: AddressFacts): string {
  const taken = [
    ...routes.map(({ to }) => to),
    ...ours.flatMap(({ subnets }) => subnets),
    ...environments.map((one) => one.network),
    network,
  ];
  for (const third of Array.from({ length: 255 }, (_, i) => (199 + i) % 255)) {
    const candidate = `10.100.${third}.0/24`;
    if (!taken.some((other) => overlaps(candidate, other))) return candidate;
  }
  // A route to all of 10.100.0.0/16 leaves none; this range is set aside for tests, so it is rarely used.
  return '198.18.0.0/24';
}

function otherOwners({ name, network, ours, environments }: AddressFacts): string[] {
  const known = environments
    .filter((one) => one.name !== name && overlaps(one.network, network))
    .map((one) => ({ owner: one.name, text: `${one.network}, made from ${one.project}` }));
  const listed = ours
    .filter(({ environment }) => environment !== name)
    .filter(({ environment }) => !known.some(({ owner }) => owner === environment))
    .flatMap(({ environment, subnets }) =>
      subnets
        .filter((subnet) => overlaps(subnet, network))
        .map((subnet) => ({ owner: environment, text: subnet })),
    );
  return [...known, ...listed].map(({ owner, text }) => `environment "${owner}" has ${text}`);
}

/** Routes that are not those of a lab, with how they relate to a network. */
function foreignRoutes(facts: AddressFacts, network: string): AddressFacts['routes'] {
  const devices = new Set(facts.ours.map(({ device }) => device));
  return facts.routes.filter(({ to, device }) => !devices.has(device) && overlaps(to, network));
}

function labNetworkLines(facts: AddressFacts): Lines {
  const { network } = facts;
  const devices = new Set(facts.ours.map(({ device }) => device));
  const environment = facts.name === 'lab' ? '' : ` --env ${facts.name}`;
  const move = [`lab up${environment} --network ${freeNetwork(facts)}`];
  const owners = otherOwners(facts);
  if (owners.length > 0) return { status: 'fail', found: owners.join('; '), fix: move };

  const held = facts.addresses
    .filter(({ address, device }) => !devices.has(device) && contains(network, address))
    .map(({ address, device }) => `${device} has ${address}`);
  const routes = foreignRoutes(facts, network);
  // The lab's own route is more exact than a wider one, so that one only loses the part which the lab covers.
  const exact = routes.filter(({ to }) => prefixOf(to) >= prefixOf(network));
  const reasons = [...held, ...exact.map(({ to, device }) => `${to} is reached through ${device}`)];
  if (reasons.length > 0) return { status: 'fail', found: reasons.join('; '), fix: move };
  const wide = routes.map(
    ({ to, device }) => `inside ${to} on ${device}, of which it hides a part`,
  );
  if (wide.length > 0) return { status: 'warn', found: wide.join('; '), fix: move };
  const own = facts.ours.some(({ environment }) => environment === facts.name);
  return {
    status: 'ok',
    found: own ? `${network} is this lab's own` : `${network} is free`,
    fix: [],
  };
}

/** Pods and services exist in nodes only: what they hide is out of reach of pods, not of the host. */
function hiddenCheck(
  facts: AddressFacts,
  title: string,
  key: 'podSubnet' | 'serviceSubnet',
): Check {
  const network = facts[key];
  const hidden = foreignRoutes(facts, network).map(({ to, device }) => `${to} on ${device}`);
  const status: CheckStatus = hidden.length === 0 ? 'ok' : 'warn';
  return check({
    id: key === 'podSubnet' ? 'pod-network' : 'service-network',
    title,
    status,
    found: status === 'ok' ? `${network} is free` : `${network} overlaps ${hidden.join(', ')}`,
    why: 'what has the same addresses outside cannot be reached from the lab',
    fix: [`# only if you need to: change kubernetes.${key} in lab.yaml`],
  });
}

export function labNetworkCheck(facts: AddressFacts): Check {
  return check({
    id: 'lab-network',
    title: 'lab network',
    why: 'two owners of an address take turns in being reached',
    ...labNetworkLines(facts),
  });
}

export function judgeAddresses(facts: AddressFacts): Check[] {
  return [
    labNetworkCheck(facts),
    hiddenCheck(facts, 'pod network', 'podSubnet'),
    hiddenCheck(facts, 'service network', 'serviceSubnet'),
  ];
}
