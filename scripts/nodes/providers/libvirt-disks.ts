import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../base/errors.ts';
import { sha256Of, writeAtomic } from '../../base/files.ts';
import { namesIn, refuseMissing } from '../disks/states.ts';
import { local, type LocalOptions } from '../local.ts';
import type { ExecResult } from '../node.ts';
import type { Disks } from '../provider.ts';
import type { MachineHost } from './machine-host.ts';

interface SavedMachines {
  /** Node -> SHA-256 of its disk, what it differs in from the box. */
  disks: Record<string, string>;
}

const minute = 60_000;

/** Disks of libvirt's machines: what each differs in from the box, copied while the machine stands still. */
export function libvirtDisks(host: MachineHost): Disks {
  const { environment } = host;
  const names = environment.nodes.map(({ name }) => name);
  /** Names the saved disks that a restore is putting in place. */
  const unfinished = join(environment.stateDir, 'restoring');
  const domain = (name: string): string => `${environment.name}-${name}`;
  const fileOf = (folder: string, name: string): string => join(folder, `${name}.qcow2`);

  function virsh(argv: readonly string[], options: LocalOptions = {}): Promise<ExecResult> {
    return local(['virsh', '--quiet', '--connect', 'qemu:///system', ...argv], options);
  }

  /** The first disk, as libvirt knows it. */
  async function diskOf(name: string): Promise<string> {
    const { stdout } = await virsh(['domblklist', '--details', domain(name)]);
    const words = stdout.split('\n').map((line) => line.trim().split(/\s+/));
    const path = words.find(([type, device]) => type === 'file' && device === 'disk')?.[3];
    if (path !== undefined) return path;
    throw new LabError('no-disk', `${domain(name)} has no disk that could be copied`);
  }

  async function readSaved(folder: string): Promise<SavedMachines> {
    return JSON.parse(await readFile(join(folder, 'machines.json'), 'utf8')) as SavedMachines;
  }

  async function check(folder: string): Promise<void> {
    const { disks } = await readSaved(folder);
    const bad: string[] = [];
    for (const name of names) {
      const path = fileOf(folder, name);
      if (!existsSync(path) || (await sha256Of(path)) !== disks[name]) bad.push(path);
    }
    if (bad.length === 0) return;
    throw new LabError('snapshot-damaged', 'The saved disks are not what was saved', {
      details: bad.join('\n'),
      hint: 'lab up --fresh',
    });
  }

  async function put(folder: string): Promise<void> {
    for (const name of names) {
      await virsh(['destroy', domain(name)], { allowFailure: true, timeout: minute });
      const upload = ['vol-upload', '--sparse', await diskOf(name), fileOf(folder, name)];
      await virsh(upload, { timeout: 10 * minute });
    }
    await rm(unfinished, { force: true });
  }

  return {
    async save(folder, report) {
      const states = await host.states();
      refuseMissing(states);
      const running = namesIn(states, 'running');
      await mkdir(folder, { recursive: true });
      report('copying the disks');
      // What Linux has not written yet is in the machine's memory; QEMU writes out what it holds back itself.
      for (const name of running) await host.node(name).exec(['sync']);
      for (const name of running) await virsh(['suspend', domain(name)]);
      try {
        for (const name of names) {
          const download = ['vol-download', '--sparse', await diskOf(name), fileOf(folder, name)];
          await virsh(download, { timeout: 10 * minute });
        }
      } finally {
        for (const name of running) await virsh(['resume', domain(name)]);
      }
      report('taking the digests of the copy');
      const disks: Record<string, string> = {};
      let bytes = 0;
      for (const name of names) {
        disks[name] = await sha256Of(fileOf(folder, name));
        bytes += (await stat(fileOf(folder, name))).blocks * 512;
      }
      await writeAtomic(join(folder, 'machines.json'), JSON.stringify({ disks }));
      return { bytes };
    },
    async restore(folder, report) {
      report('checking the digests');
      await check(folder);
      const missing = namesIn(await host.states(), 'missing');
      if (missing.length > 0) {
        report('making the machines that are missing');
        await host.vagrant(['up', '--no-provision', ...missing], { timeout: 30 * minute });
      }
      host.disconnect();
      await writeAtomic(unfinished, folder);
      report('putting the disks in place');
      await put(folder);
    },
    kept: () => Promise.resolve(true),
    async tidy() {
      if (existsSync(unfinished)) await put(await readFile(unfinished, 'utf8'));
    },
  };
}
