import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { z } from 'zod';
import { projectRoot } from '../../base/paths.ts';
import type { CniSettings } from '../cluster.ts';
import { parseManifest, type KubeObject } from '../objects.ts';
import { labNic } from './nic.ts';
import { apiServerVariables, type CniFacts, type CniPlugin } from './plugin.ts';

export const labnetManifest = join(projectRoot, 'manifests', 'cni', 'labnet', 'labnet.yml');
const agentSource = join(projectRoot, 'scripts', 'labnet', 'agent', 'main.ts');

function count(least: number, most: number, description: string): z.ZodInt {
  return z.int().min(least).max(most).describe(description);
}

/** 15 times 16 and the numbers that stay unused fit into a node's range, a /24. */
const most = { enis: 15, addresses: 16 };

const vpc = z.strictObject({
  warmEni: count(
    0,
    most.enis,
    "AWS's WARM_ENI_TARGET: so many whole ENIs of addresses are kept free on every node. Not asked when warmIp or minimumIp is given.",
  ).default(1),
  warmIp: count(
    1,
    240,
    "AWS's WARM_IP_TARGET: so many addresses are kept free on every node.",
  ).optional(),
  minimumIp: count(
    1,
    240,
    "AWS's MINIMUM_IP_TARGET: so many addresses every node holds at least, free or not.",
  ).optional(),
  enis: count(1, most.enis, 'ENIs that a node may have, its own NIC among them.').default(3),
  addressesPerEni: count(
    2,
    most.addresses,
    'Addresses that an ENI may have, its own among them.',
  ).default(6),
  subnetSize: count(
    1,
    65_536,
    'Addresses that all ENIs of the cluster may hold together; without it there is no limit.',
  ).optional(),
});

const options = z.strictObject({
  mode: z
    .enum(['overlay', 'host-gw', 'vpc'])
    .default('overlay')
    .describe(
      'How packets travel between nodes: wrapped in VXLAN, by plain routes, or as with the AWS VPC CNI.',
    ),
  iface: z
    .string()
    .meta({
      description:
        'NIC whose address the nodes tell each other: lab, default-route (the NAT NIC, which breaks the pod network), the name of a NIC, or a network that it has an address in.',
    })
    .default('lab'),
  vpc: vpc.prefault({}).describe('Options of the mode vpc; the others do not ask for them.'),
});

function optionsOf(cni: CniSettings): z.output<typeof options> {
  return options.parse(cni['labnet']);
}

/** The agent and all that it imports as one file, made anew each time: what is edited is what is installed. */
export async function bundleAgent(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [agentSource],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
  return outputFiles[0]?.text ?? '';
}

interface ConfigMap extends KubeObject {
  data: Record<string, string>;
}

interface DaemonSet extends KubeObject {
  spec: {
    template: {
      metadata: { annotations?: Record<string, string> };
      spec: { containers: { env: { name: string; value?: string }[] }[] };
    };
  };
}

function digest(...texts: string[]): string {
  return createHash('sha256').update(texts.join('\0')).digest('hex');
}

/** Works the agent and the options into the manifest's objects. */
export function labnetObjects(manifest: string, facts: CniFacts, agent: string): KubeObject[] {
  const { settings } = facts;
  const { mode, iface, vpc: vpcOptions } = optionsOf(settings.cni);
  const nic = iface === 'lab' ? labNic : iface;
  const more = mode === 'vpc' ? { vpc: vpcOptions } : {};
  const config = JSON.stringify(
    { mode, iface: nic, podSubnet: settings.podSubnet, ...more },
    null,
    2,
  );
  const objects = parseManifest(manifest);
  for (const object of objects) {
    if (object.kind === 'ConfigMap') {
      const { data } = object as ConfigMap;
      if ('agent.mjs' in data) data['agent.mjs'] = agent;
      if ('config.json' in data) data['config.json'] = `${config}\n`;
    }
    if (object.kind !== 'DaemonSet') continue;
    const { template } = (object as DaemonSet).spec;
    // Another agent or other options are another pod, so that they are put in place.
    template.metadata.annotations = { 'labnet/digest': digest(agent, config) };
    for (const { env } of template.spec.containers) {
      env.push(...apiServerVariables(facts));
    }
  }
  return objects;
}

export const labnet = {
  title: 'labnet',
  options,
  kernel: (cni: CniSettings) => (optionsOf(cni).mode === 'overlay' ? ['vxlan'] : []),
  async objects(facts: CniFacts) {
    const [manifest, agent] = await Promise.all([readFile(labnetManifest, 'utf8'), bundleAgent()]);
    return labnetObjects(manifest, facts, agent);
  },
  explain: () => [
    'lab cni install labnet   # on the host: it puts the agent into the manifest',
    'kubectl get pods --namespace labnet --output wide   # one on every node',
  ],
  agent: { namespace: 'labnet', daemonSet: 'labnet' },
  servesWhen: '/etc/cni/net.d/10-labnet.conflist',
  traces: {
    links: [
      ...['labnet0', 'labnet.1'],
      // Secondary ENIs of the mode vpc.
      ...Array.from({ length: most.enis - 1 }, (_, i) => `labnet-eni${i + 1}`),
    ],
    paths: ['/etc/cni/net.d/10-labnet.conflist', '/opt/cni/bin/labnet', '/run/labnet'],
    chains: [],
    tables: ['ip labnet_nat', 'ip labnet_vpc', 'inet labnet_policy'],
    // The agent's routeProtocol (scripts/labnet/config.ts).
    protocols: ['198'],
    aliases: ['labnet:'],
  },
} satisfies CniPlugin;
