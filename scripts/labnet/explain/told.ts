import type { NodeFacts } from '../node/facts.ts';
import type { Kind, Wiring } from '../pod/drivers.ts';
import { nobody } from '../pod/routed.ts';
import { eniTable } from '../vpc/names.ts';

/** What differs between the ways to connect a pod, in the words of `lab labnet explain`. */
interface Told<K extends Kind> {
  /** What the links and routes on the node are like. */
  build(wiring: Wiring<K>): string;
  /** Where the address comes from. */
  address(wiring: Wiring<K>, facts: NodeFacts): string;
  /** What is set inside the pod. */
  configure(wiring: Wiring<K>): string;
}

const told: { [K in Kind]: Told<K> } = {
  bridged: {
    build: ({ bridge }) =>
      `A cable between node and pod, and its end on the node plugged into ${bridge}.`,
    address: ({ address }, { range }) =>
      `The agent keeps the node's addresses itself: the next free one of ${range} is ${address}.`,
    configure: ({ gateway }) => `the address, the link, and the way out by ${gateway}.`,
  },
  routed: {
    build: ({ hostLink, address, device }) =>
      `A cable between node and pod, a route to ${address} by its end on the node, and the ${device === 0 ? 'rule that leads' : 'rules that lead'} to it. The cable is called ${hostLink}: "eni" and the first 11 hex digits of the SHA-1 of "namespace.pod".`,
    address: ({ address, device }) =>
      `The agent keeps a warm pool: addresses that the node's ENIs hold before anybody needs them. ${address} is a secondary address of ENI ${device}, ${device === 0 ? `the node's own NIC, so the pod's packets use the main table` : `so the pod's packets use table ${eniTable(device)}`}.`,
    configure: () => `the address, the link, and a gateway that nobody has: ${nobody}.`,
  },
};

export function toldOfBuild<K extends Kind>(wiring: Wiring<K>): string {
  return told[wiring.kind].build(wiring);
}

export function toldOfAddress<K extends Kind>(wiring: Wiring<K>, facts: NodeFacts): string {
  return told[wiring.kind].address(wiring, facts);
}

export function toldOfConfigure<K extends Kind>(wiring: Wiring<K>): string {
  return told[wiring.kind].configure(wiring);
}
