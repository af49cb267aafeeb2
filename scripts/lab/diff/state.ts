/** Everything about one node, by area and item; values are texts to compare and to show. */
export type NodeState = Record<string, Record<string, string>>;

/** In the folder of a snapshot: the state of the lab when it was saved. */
export const stateFile = 'state.json.gz';

/** A lab as `lab diff` sees it. */
export interface LabState {
  version: 1;
  nodes: Record<string, NodeState>;
  /** Fields of API objects, by "Kind namespace/name"; empty where there is no cluster. */
  api: Record<string, Record<string, string>>;
}

/** In this order they are shown. */
export const areas = {
  api: 'API objects',
  host: 'host name',
  files: 'files',
  links: 'links',
  addresses: 'addresses',
  routes: 'routes',
  rules: 'routing rules',
  neighbours: 'neighbours',
  iptables: 'iptables',
  ip6tables: 'ip6tables',
  nft: 'nft',
  sysctls: 'kernel settings',
  units: 'systemd units',
  containers: 'containers beside those of pods',
  images: 'images',
  mounts: 'mounts',
  listeners: 'listening sockets',
} as const;
export type Area = keyof typeof areas;
