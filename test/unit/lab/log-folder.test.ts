import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabError } from '../../../scripts/base/errors.ts';
import { clusterCaptures, nodeCaptures } from '../../../scripts/lab/log-captures.ts';
import { filesOfIndex, openLogFolder } from '../../../scripts/lab/log-folder.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lab-logs-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

function result(stdout: string, stderr = '', exitCode = 0): Promise<object> {
  return Promise.resolve({ stdout, stderr, exitCode });
}

const text = (...path: string[]): Promise<string> => readFile(join(root, ...path), 'utf8');

async function fill(path: string): Promise<void> {
  const folder = await openLogFolder(path);
  await folder.add('node1/routes.txt', ['ip', 'route'], () => result('default\n') as never);
  await folder.add('node1/x.txt', ['sh', '-c', 'a b'], () => result('', 'no', 3) as never);
  await folder.add('cluster/pods.yaml', ['kubectl'], () => result('items: []\n') as never);
  await folder.add('node2/gone.txt', ['true'], () =>
    Promise.reject(new LabError('x', 'it is off')),
  );
  await folder.writeIndex('environment lab');
}

describe('the folder of lab logs', () => {
  it('has one file per command, failures too, and an index', async () => {
    await fill(join(root, 'out'));
    expect(await text('out', 'node1', 'routes.txt')).toBe('# ip route\n# ok\n\ndefault\n');
    expect(await text('out', 'node1', 'x.txt')).toContain("# sh -c 'a b'\n# exit code 3\n");
    expect(await text('out', 'node1', 'x.txt')).toContain('--- stderr ---\nno');
    expect(await text('out', 'cluster', 'pods.yaml')).toBe('items: []\n');
    expect(await text('out', 'node2', 'gone.txt')).toContain('# not collected\n\nit is off');
    expect(await text('out', 'index.txt')).toBe(
      [
        '# What `lab logs` has collected: file, state, command.',
        '# environment lab',
        'cluster/pods.yaml\tok\tkubectl',
        'node1/routes.txt\tok\tip route',
        "node1/x.txt\texit code 3\tsh -c 'a b'",
        'node2/gone.txt\tnot collected\ttrue',
        '',
      ].join('\n'),
    );
    expect((await stat(join(root, 'out'))).mode & 0o077).toBe(0);
  });

  it('may be written again; what was in it before goes, a note of the user stays', async () => {
    await fill(root);
    await writeFile(join(root, 'my-notes.txt'), 'x');
    await openLogFolder(root);
    expect(await readdir(join(root, 'node1'))).toEqual([]);
    expect(await text('my-notes.txt')).toBe('x');
  });

  it('is refused when it holds something else, or is a file', async () => {
    await mkdir(join(root, 'thesis'));
    await expect(openLogFolder(root)).rejects.toMatchObject({ code: 'folder-in-use', exit: 2 });
    await writeFile(join(root, 'file'), '');
    await expect(openLogFolder(join(root, 'file'))).rejects.toMatchObject({
      code: 'folder-in-use',
    });
  });

  it('is never left by a path in a forged index', () => {
    const index =
      '# What `lab logs` has collected: file, state, command.\n../x\tok\ty\n/etc/z\tok\ty\n';
    expect(filesOfIndex(index)).toEqual([]);
    expect(filesOfIndex('something else')).toBeUndefined();
  });
});

describe('what lab logs collects', () => {
  it('has a file of its own for each command', () => {
    for (const captures of [nodeCaptures, clusterCaptures]) {
      const files = captures.map(({ file }) => file);
      expect(new Set(files).size).toBe(files.length);
    }
  });

  it('holds no secrets and no keys', () => {
    const all = [...nodeCaptures, ...clusterCaptures].map(({ argv }) => argv.join(' '));
    for (const line of all)
      expect(line).not.toMatch(/secret|pki|admin\.conf|\.key|kubelet\.conf\b(?!\.d)/);
  });
});
