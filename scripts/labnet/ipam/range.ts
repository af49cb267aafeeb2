import { nthAddress, parseCidr } from '../../base/cidr.ts';
import { CniError, cniCode } from '../cni/error.ts';

/**
 * The next free address of a node's range, beginning behind the one that was given last: an address that has just
 * become free is used again as late as possible, so that nobody's old connection reaches a new pod.
 * Number 0 is the network, 1 the bridge, the last one broadcast.
 * @param last Number of the address given last; 1 when none was.
 * @throws CniError 101 when all are taken.
 */
export function nextAddress(
  range: string,
  taken: ReadonlySet<string>,
  last: number,
): { address: string; number: number } {
  const { first, last: end } = parseCidr(range);
  const size = end - first - 2;
  for (let i = 1; i <= size; i++) {
    const number = 2 + ((last - 2 + i + size) % size);
    const address = nthAddress(range, number);
    if (!taken.has(address)) return { address, number };
  }
  throw new CniError(
    cniCode.rangeFull,
    `no free address in ${range}: all ${Math.max(size, 0)} are in use on this node`,
    'pods that end give theirs back; a larger node range is set when the cluster is made (node-cidr-mask-size)',
  );
}
