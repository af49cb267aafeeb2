import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { configForScripts, fileForm } from '../../../scripts/lab/config-print.ts';
import { environmentSpec, loadConfig, type LabConfig } from '../../../scripts/lab/config.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-config-print-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function load(text: string): Promise<LabConfig> {
  writeFileSync(join(folder, 'lab.yaml'), text);
  return loadConfig({ cwd: folder, remember: false });
}

test('a printed configuration is a lab.yaml with the same meaning', async () => {
  const first = await load('name: b\nworkers: [{ name: w }]\nvm: { box: debian/trixie64 }\n');
  const printed = fileForm(first);
  expect(Object.keys(printed).slice(0, 6)).toEqual([
    ...['name', 'provider', 'engine', 'network', 'controlPlane', 'workers'],
  ]);
  expect(fileForm(await load(stringify(printed)))).toEqual(printed);
});

test('scripts get the nodes with their MAC addresses, and the folders', async () => {
  const config = await load('workers: [{ name: w }]\nvm: { memory: 3000 }\n');
  const answer = await configForScripts(config, environmentSpec(config));
  expect(answer).toMatchObject({
    file: join(folder, 'lab.yaml'),
    vm: { hypervisor: 'auto', cpus: 2, memory: 3000 },
    nodes: [
      { name: 'master', role: 'control-plane', address: '10.100.198.200' },
      { name: 'w', role: 'worker', address: '10.100.198.201' },
    ],
  });
  expect(answer.userKey).toBe(join(answer.stateDir, 'keys', 'id_ed25519'));
  expect(answer.sharedDir).toBe(join(answer.stateDir, 'vagrant'));
  const macs = answer.nodes.flatMap(({ macs: { lab, nat, uplink } }) => [lab, nat, uplink]);
  expect(new Set(macs).size).toBe(6);
  for (const mac of macs) expect(mac).toMatch(/^08:00:27(:[0-9a-f]{2}){3}$/);
});
