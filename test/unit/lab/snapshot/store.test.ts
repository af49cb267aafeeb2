import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { snapshotFolder, snapshotsFolder } from '../../../../scripts/lab/snapshot/folder.ts';
import {
  deleteSnapshot,
  listSnapshots,
  requireName,
  requireSnapshot,
  storeSnapshot,
  type Snapshot,
} from '../../../../scripts/lab/snapshot/store.ts';

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'lab-snapshots-'));
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const snapshot = (name: string, created: string): Snapshot => ({
  version: 1,
  ...{ name, created, key: 'k', nodes: ['master'], cluster: true, cni: 'flannel' },
  ...{ exercises: {}, bytes: 1 },
});

const put = (name: string, created: string, file = 'disk'): Promise<Snapshot> =>
  storeSnapshot({ stateDir }, name, (folder) => {
    writeFileSync(join(folder, file), name);
    return Promise.resolve(snapshot(name, created));
  });

describe('the store of snapshots', () => {
  it('lists what is whole, the newest first', async () => {
    await put('a', '2026-01-01T00:00:00Z');
    await put('b', '2026-01-02T00:00:00Z');
    mkdirSync(snapshotFolder({ stateDir }, 'torn'));
    expect((await listSnapshots({ stateDir })).map(({ name }) => name)).toEqual(['b', 'a']);
    expect(await listSnapshots({ stateDir: join(stateDir, 'none') })).toEqual([]);
  });

  it('replaces one only when the new one is whole', async () => {
    await put('a', '2026-01-01T00:00:00Z', 'first');
    const failing = storeSnapshot({ stateDir }, 'a', () => Promise.reject(new Error('disk full')));
    await expect(failing).rejects.toThrow('disk full');
    expect(existsSync(join(snapshotFolder({ stateDir }, 'a'), 'first'))).toBe(true);
    await put('a', '2026-01-03T00:00:00Z', 'second');
    expect(readdirSync(snapshotFolder({ stateDir }, 'a')).sort()).toEqual([
      'second',
      'snapshot.json',
    ]);
    expect(readdirSync(snapshotsFolder({ stateDir }))).toEqual(['a']);
  });

  it('removes what a killed run has left', async () => {
    mkdirSync(join(snapshotsFolder({ stateDir }), '.new-half'), { recursive: true });
    await put('a', '2026-01-01T00:00:00Z');
    expect(readdirSync(snapshotsFolder({ stateDir }))).toEqual(['a']);
  });

  it('names what it has when asked for another', async () => {
    await put('before-lunch', '2026-01-01T00:00:00Z');
    await expect(requireSnapshot({ stateDir }, 'before-lunsh')).rejects.toMatchObject({
      code: 'unknown-snapshot',
      why: 'Did you mean "before-lunch"?',
    });
    await deleteSnapshot({ stateDir }, 'before-lunch');
    expect(await listSnapshots({ stateDir })).toEqual([]);
  });

  it.each(['clean-flannel', 'With Space', '../up', '', '-a'])('refuses the name "%s"', (name) => {
    expect(() => requireName(name)).toThrow();
  });
});
