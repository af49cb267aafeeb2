import type { NodeState } from './state.ts';

/** Address of a pod -> "namespace/name". */
export type PodNames = ReadonlyMap<string, string>;

const address = /\b\d+\.\d+\.\d+\.\d+\b/g;

function renamed(items: Readonly<Record<string, string>>, pods: PodNames): Record<string, string> {
  const name = (item: string): string => item.replace(address, (ip) => pods.get(ip) ?? ip);
  return Object.fromEntries(Object.entries(items).map(([item, value]) => [name(item), value]));
}

/** The state with names of pods for their addresses, which are others after each start. */
export function withoutPodAddresses(state: NodeState, pods: PodNames): NodeState {
  const { iptables = {}, ip6tables = {}, nft = {}, ...rest } = state;
  return {
    ...rest,
    iptables: renamed(iptables, pods),
    ip6tables: renamed(ip6tables, pods),
    nft: renamed(nft, pods),
  };
}
