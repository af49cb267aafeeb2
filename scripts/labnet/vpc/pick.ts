import type { VpcOptions } from '../config.ts';
import { CniError, cniCode } from '../cni/error.ts';
import { isCooling, type Pool } from './pool.ts';

/** An address for a pod, and the ENI that holds it. */
export interface Picked {
  address: string;
  device: number;
}

/**
 * The first address that is neither in use nor cooling down. When all others cool down, the one that was given back
 * longest ago: a pod that waits is worse than an address that is used again early (AWS's agent lets it wait:
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/2896).
 * @throws CniError 101 when all are in use.
 */
export function pickFrom(
  pool: Pool,
  taken: ReadonlySet<string>,
  options: VpcOptions,
  now: number,
): Picked {
  const free = pool.enis.flatMap(({ device, addresses }) =>
    addresses.filter((one) => !taken.has(one)).map((address) => ({ address, device })),
  );
  const cold = free.find(({ address }) => !isCooling(pool, address, now));
  if (cold) return cold;
  const at = ({ address }: Picked): number => pool.freed[address] ?? 0;
  const [oldest] = [...free].sort((one, other) => at(one) - at(other));
  if (oldest) return oldest;
  const attached = pool.enis.length;
  const held = pool.enis.reduce((sum, { addresses }) => sum + addresses.length, 0);
  throw new CniError(
    cniCode.rangeFull,
    `no free address: all ${held} that this node's ENIs hold for pods are in use`,
    pool.problem ??
      `${attached} of ${options.enis} ENIs are attached; lab labnet pool   shows them`,
  );
}
