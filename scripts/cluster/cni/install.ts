import { LabError } from '../../base/errors.ts';
import { commandFailed } from '../../nodes/local.ts';
import type { Node } from '../../nodes/node.ts';
import type { Report } from '../../nodes/provider.ts';
import type { Cluster } from '../cluster.ts';
import { imagesOn } from '../node-images.ts';
import { apiPort } from '../kubeadm.ts';
import { kubectlArgv } from '../kubectl.ts';
import { printManifest, type KubeObject } from '../objects.ts';
import { cniPlugins } from './index.ts';
import type { CniName } from './names.ts';
import { letPodsOn } from './keep-off.ts';
import { waitForNamespacesGone } from './namespaces.ts';
import type { CniFacts, Place } from './plugin.ts';

export function cniFacts(cluster: Cluster): CniFacts {
  return {
    settings: cluster.settings,
    apiServer: { host: cluster.controlPlane.address, port: apiPort },
    slowness: cluster.controlPlane.slowness,
  };
}

/** A node that runs, as a place for a pod network. */
export function placeOn(node: Node): Place {
  return { run: (argv, options) => node.exec(argv, options), images: () => imagesOn(node) };
}

/** @throws LabError when this pod network cannot run where the commands run; nothing has been changed then. */
export async function refuseImpossible(name: CniName, place: Place): Promise<void> {
  const refusal = await cniPlugins[name].refusal?.(place);
  if (refusal) throw refusal;
}

/** False when the namespace that somebody has just deleted is still going: then what was applied goes with it. */
async function applyUnlessDying(
  cluster: Cluster,
  objects: readonly KubeObject[],
): Promise<boolean> {
  const words = kubectlArgv(['apply', '--server-side', '--force-conflicts', '-f', '-']);
  const options = { stdin: printManifest(objects), allowFailure: true };
  const applied = await cluster.controlPlane.exec(words, options);
  if (/being (deleted|terminated)/.test(applied.stderr)) return false;
  if (applied.exitCode === 0) return true;
  throw commandFailed(cluster.controlPlane.name, words, applied);
}

/** Applies the manifest; waiting for its effect is `readiness.ts`'s part. */
export async function installCni(cluster: Cluster, name: CniName, report: Report): Promise<void> {
  await refuseImpossible(name, placeOn(cluster.controlPlane));
  const objects = await cniPlugins[name].objects(cniFacts(cluster));
  if (objects.length === 0) return;
  report(`applying ${objects.length} objects`);
  if (!(await applyUnlessDying(cluster, objects))) {
    report('waiting for the end of what was there before');
    await waitForNamespacesGone(cluster, objects);
    await cluster.kubectl.apply(printManifest(objects));
  }
  // A removal that was killed half way has left its taint.
  await letPodsOn(cluster);
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

/** The pod network that is there, whatever was configured. */
export async function presentCni(cluster: Cluster): Promise<CniName> {
  return (await installedCnis(cluster))[0] ?? 'none';
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
