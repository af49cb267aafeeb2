import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { projectRoot } from '../../scripts/base/paths.ts';

/**
 * Writes a lab.yaml like the project's own, but for these values.
 * @param changes Paths in it with dots, as in "cni.labnet.mode", and what they are set to.
 * @returns Its path, for `--config`.
 */
export async function labConfig(
  folder: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<string> {
  const config = parseDocument(await readFile(join(projectRoot, 'lab.yaml'), 'utf8'));
  for (const [path, value] of Object.entries(changes)) config.setIn(path.split('.'), value);
  const file = join(folder, 'lab.yaml');
  await writeFile(file, String(config));
  return file;
}
