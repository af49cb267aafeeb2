import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../base/errors.ts';
import { readIfExists, writeAtomic } from '../../base/files.ts';
import { refuseMissing } from '../disks/states.ts';
import { local } from '../local.ts';
import type { Disks } from '../provider.ts';
import type { MachineHost } from './machine-host.ts';

const minute = 60_000;
const record = 'virtualbox.json';
/** Snapshots of VirtualBox that are the lab's have a name like this. */
const ours = /\blab-[0-9a-f]{12}\b/g;

interface SavedMachines {
  /** Name of the snapshot in each of the machines. */
  snapshot: string;
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = files.map(async ({ name }) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/**
 * Disks of VirtualBox's machines: they stay with VirtualBox, as its snapshots; the saved folder only names one. Those that no
 * folder names any more are deleted with the next that is taken.
 */
export function virtualBoxDisks({ environment, vagrant, states, disconnect }: MachineHost): Disks {
  const names = environment.nodes.map(({ name }) => name);
  const machine = (name: string): string => `${environment.name}-${name}`;

  async function named(): Promise<Set<string>> {
    const files = await readdir(environment.stateDir, { recursive: true });
    const records = files.filter((path) => path.endsWith(`/${record}`));
    const texts = await Promise.all(
      records.map((path) => readFile(join(environment.stateDir, path), 'utf8')),
    );
    return new Set(texts.map((text) => (JSON.parse(text) as SavedMachines).snapshot));
  }

  async function deleteOthers(): Promise<void> {
    const wanted = await named();
    const { stdout } = await vagrant(['snapshot', 'list']);
    const doomed = [...new Set(stdout.match(ours))].filter((name) => !wanted.has(name));
    for (const name of doomed) {
      await vagrant(['snapshot', 'delete', name], { timeout: 10 * minute, allowFailure: true });
    }
  }

  /** Undefined where not every machine has it any more. */
  async function snapshotOf(folder: string): Promise<string | undefined> {
    const text = await readIfExists(join(folder, record));
    if (text === undefined) return undefined;
    const { snapshot } = JSON.parse(text) as SavedMachines;
    const { stdout } = await vagrant(['snapshot', 'list']);
    return stdout.split(snapshot).length > names.length ? snapshot : undefined;
  }

  async function bytes(): Promise<number> {
    const sizes = names.map(async (name) => {
      const argv = ['VBoxManage', 'showvminfo', machine(name), '--machinereadable'];
      const folder = /^SnapFldr="(.*)"$/m.exec((await local(argv)).stdout)?.[1];
      return folder === undefined ? 0 : sizeOf(folder);
    });
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  }

  return {
    async save(folder, report) {
      refuseMissing(await states());
      await deleteOthers();
      report('taking snapshots of the machines');
      const snapshot = `lab-${randomBytes(6).toString('hex')}`;
      const before = await bytes();
      await vagrant(['snapshot', 'save', snapshot], { timeout: 10 * minute });
      await mkdir(folder, { recursive: true });
      const saved: SavedMachines = { snapshot };
      await writeAtomic(join(folder, record), JSON.stringify(saved));
      return { bytes: Math.max(0, (await bytes()) - before) };
    },
    async restore(folder, report) {
      const snapshot = await snapshotOf(folder);
      if (snapshot === undefined) {
        throw new LabError('snapshot-damaged', 'VirtualBox has no such snapshot of every machine', {
          why: 'it went with the machine that it was of',
          hint: 'lab up --fresh',
        });
      }
      disconnect();
      report('giving the machines their disks');
      await vagrant(['snapshot', 'restore', snapshot, '--no-provision', '--no-start'], {
        timeout: 10 * minute,
      });
      // A snapshot of a machine that ran has its memory, too; programs are to start anew.
      for (const name of names) {
        await local(['VBoxManage', 'discardstate', machine(name)], { allowFailure: true });
      }
    },
    kept: async (folder) => (await snapshotOf(folder)) !== undefined,
    tidy: async () => undefined,
  };
}
