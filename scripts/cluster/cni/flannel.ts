import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../base/paths.ts';
import type { CniSettings } from '../cluster.ts';
import { parseManifest, type KubeObject } from '../objects.ts';
import { labNic, nicPattern } from './nic.ts';
import { apiServerVariables, type CniFacts, type CniPlugin } from './plugin.ts';

const options = z.strictObject({
  iface: z
    .string()
    .meta({
      description:
        'NIC whose address the nodes tell each other: lab, default-route (the NAT NIC, which breaks the pod network), or the name of a NIC.',
      pattern: nicPattern,
    })
    .default('lab'),
  backend: z
    .enum(['vxlan', 'host-gw'])
    .default('vxlan')
    .describe('How packets travel between nodes.'),
});

function optionsOf(cni: CniSettings): z.output<typeof options> {
  return options.parse(cni['flannel']);
}

/** The manifest in upstream's layout; options are worked into its objects, never into its text. */
export const flannelManifest = join(projectRoot, 'manifests', 'cni', 'flannel', 'flannel.yml');

interface FlannelContainer {
  name: string;
  args: string[];
  env: { name: string; value?: string }[];
}

interface FlannelDaemonSet extends KubeObject {
  spec: { template: { spec: { containers: FlannelContainer[] } } };
}

interface FlannelConfig extends KubeObject {
  data: { 'cni-conf.json': string; 'net-conf.json': string };
}

/** flanneld's arguments for a choice of NIC; without any it takes the default route's. */
export function ifaceArguments(iface: string): string[] {
  if (iface === 'default-route') return [];
  return [`--iface=${iface === 'lab' ? labNic : iface}`];
}

/**
 * flanneld looks at its iptables rules every five seconds, by a program for each. On an emulated processor that takes two of the
 * five, and a control plane that is just starting has none to spare.
 */
export function resyncArguments(slowness: number): string[] {
  return slowness === 1 ? [] : [`--iptables-resync=${5 * slowness}`];
}

/** Works the options into upstream's objects. */
export function flannelObjects(manifest: string, facts: CniFacts): KubeObject[] {
  const { settings } = facts;
  const { iface, backend } = optionsOf(settings.cni);
  const objects = parseManifest(manifest);
  const config = objects.find(({ kind }) => kind === 'ConfigMap') as FlannelConfig;
  config.data['net-conf.json'] = `${JSON.stringify(
    {
      Network: settings.podSubnet,
      EnableNFTables: false,
      Backend: { Type: backend },
    },
    null,
    2,
  )}\n`;
  const daemonSet = objects.find(({ kind }) => kind === 'DaemonSet') as FlannelDaemonSet;
  for (const container of daemonSet.spec.template.spec.containers) {
    container.args.push(...ifaceArguments(iface), ...resyncArguments(facts.slowness));
    container.env.push(...apiServerVariables(facts));
  }
  return objects;
}

export const flannel = {
  title: 'flannel',
  options,
  kernel: (cni: CniSettings) => (optionsOf(cni).backend === 'vxlan' ? ['vxlan'] : []),
  async objects(facts: CniFacts) {
    return flannelObjects(await readFile(flannelManifest, 'utf8'), facts);
  },
  explain({ settings }: CniFacts) {
    const fixed =
      optionsOf(settings.cni).iface === 'default-route' ? 'flannel.yml' : 'flannel_fix.yml';
    return [
      `kubectl apply -f /vagrant/manifests/cni/flannel/${fixed}`,
      'kubectl get pods --namespace kube-flannel --output wide   # one on every node',
    ];
  },
  agent: { namespace: 'kube-flannel', daemonSet: 'kube-flannel-ds' },
  servesWhen: '/run/flannel/subnet.env',
  traces: {
    links: ['flannel.1', 'cni0'],
    paths: [
      '/etc/cni/net.d/10-flannel.conflist',
      '/opt/cni/bin/flannel',
      '/run/flannel',
      '/var/lib/cni/flannel',
      '/var/lib/cni/networks/cbr0',
    ],
    chains: ['FLANNEL-'],
  },
} satisfies CniPlugin;
