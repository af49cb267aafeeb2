import { createHash } from 'node:crypto';
import { nthAddress, parseCidr } from '../base/cidr.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { renderKnown, type Vars } from './render.ts';
import type { Needs } from './schema.ts';
import type { Variable } from './vars-schema.ts';

/** A whole number from 0 to `size` - 1 that depends on nothing but the seed. */
function draw(seed: string, size: number): number {
  const digest = createHash('sha256').update(seed).digest();
  return Number(digest.readBigUInt64BE(0) % BigInt(size));
}

const letters = 'abcdefghijkmnpqrstuvwxyz';

function valueOf(variable: Variable, seed: string): string {
  if ('value' in variable) return String(variable.value);
  if ('pick' in variable) return String(variable.pick[draw(seed, variable.pick.length)]);
  if ('range' in variable) {
    const { from, to } = variable.range;
    return String(from + draw(seed, to - from + 1));
  }
  if ('word' in variable) {
    const letter = (_: unknown, i: number): string =>
      letters[draw(`${seed}/${i}`, letters.length)] as string;
    return Array.from({ length: variable.word }, letter).join('');
  }
  const { within, prefix } = variable.subnet;
  const count = 2 ** Math.max(0, prefix - parseCidr(within).prefix);
  return `${nthAddress(within, draw(seed, count) * 2 ** (32 - prefix))}/${prefix}`;
}

export interface SeedParts {
  environment: string;
  student: string;
  exercise: string;
  /** Counts from 1; `reset` begins the next. */
  attempt: number;
}

/**
 * The values of an attempt. Each depends on its own name and the seed only, so a variable added later
 * leaves the others as they are. `value` may use variables that stand above it.
 */
export function drawVariables(
  variables: Readonly<Record<string, Variable>>,
  seed: SeedParts,
): Record<string, string> {
  const base = JSON.stringify([seed.environment, seed.student, seed.exercise, seed.attempt]);
  const values: Record<string, string> = {};
  for (const [name, variable] of Object.entries(variables)) {
    values[name] = renderKnown(valueOf(variable, `${base}/${name}`), values);
  }
  return values;
}

/** Variables that every exercise has: what the nodes are called and what kubeadm was told. */
export function clusterVariables(cluster: Cluster): Record<string, string> {
  const { controlPlane, workers, settings } = cluster;
  const named: [string, { name: string; address: string }][] = [
    ['control_plane', controlPlane],
    ...workers.map((node, i): [string, typeof node] => [`worker${i + 1}`, node]),
  ];
  return {
    pod_subnet: settings.podSubnet,
    service_subnet: settings.serviceSubnet,
    dns_domain: settings.dnsDomain,
    ...Object.fromEntries(
      named.flatMap(([key, node]) => [
        [key, node.name],
        [`${key}_address`, node.address],
      ]),
    ),
  };
}

/** Names that `clusterVariables` gives on a cluster with this many workers; for validation without one. */
export function clusterVariableNames(workers: number): string[] {
  const nodes = ['control_plane', ...Array.from({ length: workers }, (_, i) => `worker${i + 1}`)];
  const named = nodes.flatMap((name) => [name, `${name}_address`]);
  return ['pod_subnet', 'service_subnet', 'dns_domain', ...named];
}

/** Names that an exercise with these needs may use without defining them. */
export function givenNames(needs: Needs): string[] {
  return 'sandbox' in needs ? [] : clusterVariableNames(needs.workers);
}

/** As environment variables for scripts: `{{app}}` is `$LAB_APP`. */
export function environmentOf(vars: Vars): Record<string, string> {
  return Object.fromEntries(
    Object.entries(vars).map(([name, value]) => [`LAB_${name.toUpperCase()}`, value]),
  );
}
