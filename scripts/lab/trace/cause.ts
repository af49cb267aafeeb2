/** Why a packet went no further. */
export const causes = {
  rule: 'a rule dropped it',
  'pod-link': 'the pod is not connected',
  'pod-address': 'the pod lacks its address',
  'pod-route': 'the pod has no route',
  gateway: "the pod's gateway does not answer",
  bridge: 'the bridge does not hand it on',
  'no-route': 'the node has no route',
  'ip-forward': 'the node does not forward',
  'rp-filter': 'the node does not believe the sender',
  neighbour: 'the next hop is unknown',
  'nobody-there': 'nobody has this address',
  'forwarding-entry': 'the tunnel does not know the other node',
  'wrong-nic': 'the tunnel sends it to the wrong NIC',
  tunnel: 'the tunnel is broken',
  'link-down': 'a link is down',
  'lost-between-nodes': 'it was lost between the nodes',
  'nobody-listens': 'nobody listens on this port',
  'no-answer': 'the pod did not answer',
  'not-translated': 'the answer was not translated back',
  outside: 'it left the lab',
  unexplained: 'nothing tells why',
} as const;

export type CauseId = keyof typeof causes;

/** Where it ended and why, in words, with the command that shows more. */
export interface Cause {
  id: CauseId;
  node: string;
  /** As in "table inet labnet_policy, chain ingress". */
  where: string;
  /** The rule, entry or setting. */
  by: string;
  why: string;
  /** What to type to look closer. */
  next: string;
}

export function onNode(node: string, command: string): string {
  return `lab ssh ${node} -- sudo ${command}`;
}
