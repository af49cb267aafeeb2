import { LabError } from '../../base/errors.ts';
import type { Report } from '../../nodes/provider.ts';
import type { Cluster } from '../cluster.ts';
import { apiPort } from '../kubeadm.ts';
import { printManifest } from '../objects.ts';
import { cniPlugins, type CniName } from './index.ts';
import type { CniFacts } from './plugin.ts';

export function cniFacts(cluster: Cluster): CniFacts {
  return {
    settings: cluster.settings,
    apiServer: { host: cluster.controlPlane.address, port: apiPort },
  };
}

/** @throws LabError when this pod network cannot run on this host; nothing has been changed then. */
export async function refuseImpossible(name: CniName): Promise<void> {
  const refusal = await cniPlugins[name].refusal?.();
  if (refusal) throw refusal;
}

/** Applies the manifest; waiting for its effect is `readiness.ts`'s part. */
export async function installCni(cluster: Cluster, name: CniName, report: Report): Promise<void> {
  await refuseImpossible(name);
  const objects = await cniPlugins[name].objects(cniFacts(cluster));
  if (objects.length === 0) return;
  report(`applying ${objects.length} objects`);
  await cluster.kubectl.apply(printManifest(objects));
}

/** Names of the pod networks whose agent is in the cluster, read from the API. */
export async function installedCnis(cluster: Cluster): Promise<CniName[]> {
  const { items } = await cluster.kubectl.get<{
    items: { metadata: { name: string; namespace: string } }[];
  }>(['daemonsets', '--all-namespaces']);
  const found = new Set(items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  return (Object.keys(cniPlugins) as CniName[]).filter((name) => {
    const { agent } = cniPlugins[name] as { agent?: { namespace: string; daemonSet: string } };
    return agent !== undefined && found.has(`${agent.namespace}/${agent.daemonSet}`);
  });
}

/** @throws LabError when another pod network is there: two on one cluster fight over pods. */
export async function refuseSecond(cluster: Cluster, wanted: CniName): Promise<void> {
  const other = (await installedCnis(cluster)).find((name) => name !== wanted);
  if (other === undefined || wanted === 'none') return;
  throw new LabError(
    'cni-present',
    `${other} is installed; a cluster has one pod network at a time`,
    {
      hint: `lab cni remove && lab cni install ${wanted}`,
    },
  );
}
