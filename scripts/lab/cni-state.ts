import { cniPlugins } from '../cluster/cni/index.ts';
import type { CniName } from '../cluster/cni/names.ts';
import { installCni, installedCnis } from '../cluster/cni/install.ts';
import { removeCni } from '../cluster/cni/remove.ts';
import { waitForDns, waitForNetwork } from '../cluster/readiness.ts';
import type { Report } from '../nodes/provider.ts';
import type { Environment } from './environment.ts';

/** Brings a running cluster to exactly this pod network, taking another one away first. */
export async function ensureCni(
  { cluster }: Pick<Environment, 'cluster'>,
  wanted: CniName,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  for (const name of await installedCnis(cluster)) {
    if (name === wanted) continue;
    report(`removing ${name}`);
    await removeCni(cluster, name, report, signal);
  }
  if (wanted === 'none') return;
  const limit = { timeout: 180_000, signal };
  if (!(await installedCnis(cluster)).includes(wanted)) await installCni(cluster, wanted, report);
  await waitForNetwork(cluster, cniPlugins[wanted], limit);
  await waitForDns(cluster, limit);
}
