import type { Node } from '../../nodes/node.ts';
import { runGuest } from '../../nodes/guest/script.ts';
import { cniPlugins } from './index.ts';
import { cniNames, type CniName } from './names.ts';
import type { CniPlugin } from './plugin.ts';
import { configFolder } from './traces.ts';

/** What of pod networks is on a node, as guest/cni-look.sh tells it. */
export interface Look {
  /** Configurations in containerd's order; it uses the first. */
  files: string[];
  /** What the first one says: the network's name and its plugins. */
  network: { name: string; plugins: string[] } | undefined;
  links: string[];
  chains: string[];
  /** nftables tables with their family. */
  tables: string[];
  /** Numbers that mark rules of `ip rule`. */
  protocols: string[];
  paths: string[];
}

export function parseLook(text: string): Look {
  const look: Look = {
    files: [],
    network: undefined,
    links: [],
    chains: [],
    tables: [],
    protocols: [],
    paths: [],
  };
  const lists: Record<string, string[]> = {
    file: look.files,
    link: look.links,
    chain: look.chains,
    table: look.tables,
    protocol: look.protocols,
    path: look.paths,
  };
  for (const line of text.split('\n')) {
    const [kind = '', ...words] = line.split(' ');
    if (kind === 'network') {
      const [name = '', ...plugins] = words;
      look.network = { name, plugins };
    } else lists[kind]?.push(words.join(' '));
  }
  look.chains = [...new Set(look.chains)];
  return look;
}

/** What of one pod network's traces was seen, in words such as "device cni0". */
export function tracesSeen({ traces }: CniPlugin, look: Look): string[] {
  const chains = look.chains.filter((chain) =>
    traces.chains.some((prefix) => chain.startsWith(prefix)),
  );
  return [
    ...traces.links.filter((link) => look.links.includes(link)).map((link) => `device ${link}`),
    ...traces.paths.filter((path) => look.paths.includes(path)),
    ...chains.map((chain) => `chain ${chain}`),
    ...(traces.tables ?? [])
      .filter((table) => look.tables.includes(table))
      .map((table) => `nftables table ${table}`),
    ...(traces.protocols ?? [])
      .filter((number) => look.protocols.includes(number))
      .map((number) => `rules of protocol ${number} in ip rule`),
  ];
}

/** Traces of the pod networks that are not installed, by network; those without any are left out. */
export function leftoversSeen(
  look: Look,
  installed: readonly CniName[],
): { cni: CniName; traces: string[] }[] {
  return cniNames
    .filter((name) => !installed.includes(name))
    .map((cni) => ({ cni, traces: tracesSeen(cniPlugins[cni], look) }))
    .filter(({ traces }) => traces.length > 0);
}

export async function lookAt(node: Node, signal?: AbortSignal): Promise<Look> {
  const paths = cniNames.flatMap((name) => cniPlugins[name].traces.paths);
  const { stdout } = await runGuest(node, 'cni-look.sh', [configFolder, ...paths], {
    timeout: 15_000,
    ...(signal ? { signal } : {}),
  });
  return parseLook(stdout);
}
