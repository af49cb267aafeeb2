import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '../base/files.ts';
import { projectRoot } from '../base/paths.ts';
import { flannelManifest, flannelObjects } from '../cluster/cni/flannel.ts';
import { cniPlugins } from '../cluster/cni/index.ts';
import { cniFacts } from '../cluster/cni/install.ts';
import { printManifest } from '../cluster/objects.ts';
import type { Environment } from './environment.ts';

/** The kubeconfig that works from the host and, as /vagrant/admin.conf, in the nodes. */
export function kubeconfigPath(environment: Pick<Environment, 'spec'>): string {
  return join(environment.spec.sharedDir, 'admin.conf');
}

/**
 * Puts the manifests where the nodes see them, /vagrant/manifests, and with them the course's two flannel files:
 * flannel.yml takes the NIC of the default route, flannel_fix.yml the lab network's.
 */
export async function shareManifests({ spec, cluster }: Environment): Promise<void> {
  const target = join(spec.sharedDir, 'manifests');
  await mkdir(target, { recursive: true });
  await cp(join(projectRoot, 'manifests'), target, { recursive: true });
  const facts = cniFacts(cluster);
  const upstream = await readFile(flannelManifest, 'utf8');
  const variants = { 'flannel.yml': 'default-route', 'flannel_fix.yml': 'lab' };
  for (const [file, iface] of Object.entries(variants)) {
    const { cni } = facts.settings;
    const settings = {
      ...facts.settings,
      cni: { ...cni, flannel: { ...(cni['flannel'] as object), iface } },
    };
    const objects = flannelObjects(upstream, { ...facts, settings });
    await writeAtomic(join(target, 'cni', 'flannel', file), printManifest(objects));
  }
  // With the text of the agent, without which it cannot be applied.
  const labnet = await cniPlugins.labnet.objects(facts);
  await writeAtomic(join(target, 'cni', 'labnet', 'labnet.yml'), printManifest(labnet));
}
