import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFile,
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { until } from '../../scripts/base/until.ts';
import { local } from '../../scripts/nodes/local.ts';
import { cloneStore } from '../../scripts/nodes/store-clone.ts';

let folder = '';
let golden = '';
let target = '';

const databases = [
  'io.containerd.metadata.v1.bolt/meta.db',
  'io.containerd.snapshotter.v1.overlayfs/metadata.db',
];
const blob = 'io.containerd.content.v1.content/blobs/sha256/abc';
const program = 'io.containerd.snapshotter.v1.overlayfs/snapshots/1/fs/usr/bin/tool';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-store-'));
  golden = join(folder, 'golden');
  target = join(folder, 'nodes', 'node1', 'containerd');
  await mkdir(join(target, '..'), { recursive: true });
  for (const path of [...databases, blob, program]) {
    await mkdir(join(golden, path, '..'), { recursive: true });
    await writeFile(join(golden, path), `content of ${path}`);
  }
  await chmod(join(golden, program), 0o755);
  await link(join(golden, program), join(golden, `${program}-2`));
  await symlink('tool', join(golden, `${program}-link`));
  await mkdir(join(golden, 'empty'), { mode: 0o700 });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Everything about a store that a clone must have, too. */
async function listing(store: string): Promise<string> {
  const { stdout } = await local(
    [
      'find',
      '.',
      '-not',
      '-type',
      'd',
      '-printf',
      '%P %M %U:%G %T@ %l\\n',
      '-o',
      '-printf',
      '%P %M\\n',
    ],
    { cwd: store },
  );
  return stdout.split('\n').sort().join('\n');
}

const inode = async (path: string): Promise<string> => {
  const { dev, ino } = await stat(path);
  return `${dev}:${ino}`;
};

async function expectWhole(clone: string): Promise<void> {
  expect(await listing(clone)).toBe(await listing(golden));
  for (const path of [...databases, blob, program]) {
    expect(await readFile(join(clone, path), 'utf8')).toBe(`content of ${path}`);
  }
  expect(await readlink(join(clone, `${program}-link`))).toBe('tool');
  expect(await readdir(join(clone, '..'))).toEqual([clone.split('/').at(-1)]);
}

/** Whether this disk gives reflinks; then nothing has two names. */
async function reflinks(): Promise<boolean> {
  const argv = ['cp', '--reflink=always', join(golden, blob), join(folder, 'try')];
  return (await local(argv, { allowFailure: true })).exitCode === 0;
}

describe('a clone', () => {
  it('is whole, and shares what containerd never changes in place', async () => {
    await cloneStore(golden, target);
    await expectWhole(target);
    const shared = !(await reflinks());
    for (const path of [blob, program]) {
      const same = (await inode(join(target, path))) === (await inode(join(golden, path)));
      expect([path, same]).toEqual([path, shared]);
    }
  });

  it('has its own databases', async () => {
    await cloneStore(golden, target);
    const second = join(folder, 'second');
    await cloneStore(golden, second);
    for (const path of databases) {
      const inodes = await Promise.all(
        [golden, target, second].map((one) => inode(join(one, path))),
      );
      expect(new Set(inodes).size).toBe(3);
      await appendFile(join(target, path), ' and a container');
      expect(await readFile(join(golden, path), 'utf8')).toBe(`content of ${path}`);
      expect(await readFile(join(second, path), 'utf8')).toBe(`content of ${path}`);
    }
  });

  it('takes nothing of the golden store with it when it goes', async () => {
    const before = await listing(golden);
    await cloneStore(golden, target);
    await rm(target, { recursive: true });
    expect(await listing(golden)).toBe(before);
    expect(await readFile(join(golden, blob), 'utf8')).toBe(`content of ${blob}`);
  });

  it('may be made for several nodes at once', async () => {
    const targets = ['master', 'node1', 'node2'].map((name) => join(folder, name, 'containerd'));
    for (const one of targets) await mkdir(join(one, '..'));
    await Promise.all(targets.map((one) => cloneStore(golden, one)));
    for (const one of targets) await expectWhole(one);
  });

  it('is a full copy on another disk', async (context) => {
    const other = await mkdtemp('/dev/shm/lab-store-').catch(() => undefined);
    if (other === undefined) return context.skip();
    try {
      const away = join(other, 'containerd');
      await cloneStore(golden, away);
      await expectWhole(away);
      expect(await inode(join(away, blob))).not.toBe(await inode(join(golden, blob)));
    } finally {
      await rm(other, { recursive: true });
    }
  });

  it('of a store that is not there fails, and leaves nothing', async () => {
    await expect(cloneStore(join(folder, 'missing'), target)).rejects.toThrow();
    expect(await readdir(join(target, '..'))).toEqual([]);
  });
});

/** A cp that stops half way, as a large store takes its time: the databases still are the golden ones. */
const slowCp = `#!/bin/sh
case "$*" in
  *reflink*) exit 1 ;;
  *-al*) PATH="\${0%/*/*}:$REAL_PATH" /bin/cp "$@"; echo $$ >"$0.pid"; exec sleep 600 ;;
  *) exec /bin/cp "$@" ;;
esac
`;

describe('an interrupted clone', () => {
  it('is no store, and is cleared away by the next one', async () => {
    const tools = join(folder, 'tools');
    await mkdir(tools);
    await writeFile(join(tools, 'cp'), slowCp, { mode: 0o755 });
    const script = join(import.meta.dirname, 'store-clone-child.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, golden, target], {
      env: { ...process.env, PATH: `${tools}${delimiter}${process.env['PATH']}` },
      stdio: 'inherit',
    });
    const gone = once(child, 'exit');
    const pidFile = join(tools, 'cp.pid');
    let cp = 0;
    try {
      cp = await until(
        async () => {
          const pid = Number(await readFile(pidFile, 'utf8'));
          return pid > 0 ? { done: true, value: pid } : { done: false, state: 'no pid yet' };
        },
        { describe: 'the copying', timeout: 20_000, interval: 20 },
      );
    } finally {
      child.kill('SIGKILL');
      await gone;
      if (cp > 0) process.kill(cp, 'SIGKILL');
    }
    const left = `containerd.new.${child.pid}`;
    expect(await readdir(join(target, '..'))).toEqual([left]);
    // Half way means: this would have been written to together with the golden one.
    const database = databases[0] ?? '';
    expect(await inode(join(target, '..', left, database))).toBe(
      await inode(join(golden, database)),
    );

    await cloneStore(golden, target);
    await expectWhole(target);
    expect(await inode(join(target, database))).not.toBe(await inode(join(golden, database)));
  });
});
