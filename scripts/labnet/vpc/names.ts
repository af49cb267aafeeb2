import { createHash } from 'node:crypto';

/** The kernel's name of a secondary ENI. */
export function eniLink(device: number): string {
  return `labnet-eni${device}`;
}

/** How `eniLink` builds names. */
export const eniLinkPattern = /^labnet-eni\d+$/;

/** Its routing table: AWS's numbers. The first ENI, the node's own NIC, uses the main table. */
export function eniTable(device: number): string {
  return device === 0 ? 'main' : String(device + 1);
}

/** An id as AWS gives them, made from what is unique in the cluster. */
export function eniId(range: string, device: number): string {
  const hash = createHash('sha1').update(`${range}/${device}`).digest('hex');
  return `eni-${hash.slice(0, 17)}`;
}
