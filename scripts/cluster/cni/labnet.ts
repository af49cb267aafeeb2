import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { z } from 'zod';
import { projectRoot } from '../../base/paths.ts';
import type { CniSettings } from '../cluster.ts';
import { parseManifest, type KubeObject } from '../objects.ts';
import { labNic } from './nic.ts';
import type { CniFacts, CniPlugin } from './plugin.ts';

export const labnetManifest = join(projectRoot, 'manifests', 'cni', 'labnet', 'labnet.yml');
const agentSource = join(projectRoot, 'scripts', 'labnet', 'agent', 'main.ts');

const options = z.strictObject({
  mode: z
    .enum(['overlay', 'host-gw'])
    .default('overlay')
    .describe('How packets travel between nodes: wrapped in VXLAN, or by plain routes.'),
  iface: z
    .string()
    .meta({
      description:
        'NIC whose address the nodes tell each other: lab, default-route (the NAT NIC, which breaks the pod network), the name of a NIC, or a network that it has an address in.',
    })
    .default('lab'),
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
  const { settings, apiServer } = facts;
  const { mode, iface } = optionsOf(settings.cni);
  const nic = iface === 'lab' ? labNic : iface;
  const config = JSON.stringify({ mode, iface: nic, podSubnet: settings.podSubnet }, null, 2);
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
      // The service address of the API answers only when kube-proxy has run on this node.
      env.push(
        { name: 'KUBERNETES_SERVICE_HOST', value: apiServer.host },
        { name: 'KUBERNETES_SERVICE_PORT', value: String(apiServer.port) },
      );
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
    links: ['labnet0', 'labnet.1'],
    paths: ['/etc/cni/net.d/10-labnet.conflist', '/opt/cni/bin/labnet', '/run/labnet'],
    chains: [],
    tables: ['ip labnet_nat', 'inet labnet_policy'],
  },
} satisfies CniPlugin;
