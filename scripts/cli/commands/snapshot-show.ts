import { environmentSpec } from '../../lab/config.ts';
import { disksFolder } from '../../lab/snapshot/folder.ts';
import { requireSnapshot } from '../../lab/snapshot/store.ts';
import type { CommandContext } from '../context.ts';
import { json, say } from '../print.ts';
import { sizeText } from '../size.ts';

/** `lab snapshot show NAME`. */
export async function run(
  [name = '']: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const spec = environmentSpec(await context.loadConfig());
  const snapshot = await requireSnapshot(spec, name);
  const folder = disksFolder(spec, name);
  if (context.json) return json({ ...snapshot, folder });
  const { created, cni, cluster, nodes, exercises, bytes } = snapshot;
  say(`name       ${name}`);
  say(`saved      ${created}`);
  say(`nodes      ${nodes.join(', ')}${cluster ? '' : '   (before kubeadm init)'}`);
  say(`network    ${cni}`);
  say(`exercises  ${Object.keys(exercises).join(', ') || 'none set up'}`);
  say(`size       ${sizeText(bytes)}, beyond what all nodes share`);
  say(`folder     ${folder}`);
}
