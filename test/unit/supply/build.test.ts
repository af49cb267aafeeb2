import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { projectRoot } from '../../../scripts/base/paths.ts';
import { components, type Component } from '../../../scripts/supply/components.ts';
import { buildFromModules, goVersion } from '../../../scripts/supply/modules.ts';
import { folderDigest } from '../../../scripts/supply/node-image.ts';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-build-'));
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH']}`);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Puts a program of this name before all others. */
async function program(name: string, script: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

describe('goVersion', () => {
  it.each(['go1.26.0', 'go1.26.8', 'go1.30', 'go2.0.1'])('takes %s', async (version) => {
    await program('go', `[ "$*" = 'env GOVERSION' ] && echo ${version}`);
    expect(await goVersion()).toBe(version);
  });

  it('refuses an older one, naming it', async () => {
    await program('go', 'echo go1.25.9');
    await expect(goVersion()).rejects.toMatchObject({ code: 'no-go', why: 'found go1.25.9' });
  });

  it('refuses to go on without one', async () => {
    await program('go', 'exit 127');
    await expect(goVersion()).rejects.toMatchObject({
      code: 'no-go',
      message: 'Go 1.26 or newer is needed to build Kubernetes',
      why: 'no `go` on the PATH',
    });
  });
});

/** Writes down how it was called, and makes a program per package as the real one does. */
const builder = `
echo "$PWD $CGO_ENABLED $GOTOOLCHAIN [$GOFLAGS]" >"$0.log"
while [ "$1" != -o ]; do shift; done
echo 'go: downloading example.org/a v1.0.0' >&2
echo example.org/a >&2
echo made >"$2server"`;

describe('buildFromModules', () => {
  const etcd = components.find(({ name }) => name === 'etcd') as Component;
  const out = (): string => join(folder, 'out');

  beforeEach(async () => {
    await mkdir(out());
  });

  it('builds in the folder of the module files, with this Go, and names what comes out', async () => {
    await program('go', builder);
    vi.stubEnv('GOFLAGS', '-mod=mod');
    const told: string[] = [];
    await buildFromModules(etcd, out(), (text) => told.push(text));
    expect(await readdir(out())).toEqual(['etcd']);
    expect((await readFile(join(folder, 'go.log'), 'utf8')).trim()).toBe(
      `${join(projectRoot, 'scripts/supply/modules/etcd')} 0 local []`,
    );
    expect(told).toEqual([
      'downloading example.org/a v1.0.0',
      'compiled 1 packages, now example.org/a',
    ]);
  });

  it.each([
    ['0', false],
    ['1', true],
  ])('sets CGO_ENABLED=%s', async (value, cgo) => {
    await program('go', builder);
    const component = { ...etcd, modules: { ...etcd.modules, cgo } };
    await buildFromModules(component, out(), () => undefined);
    expect((await readFile(join(folder, 'go.log'), 'utf8')).split(' ')[1]).toBe(value);
  });

  it('shows what the compiler says', async () => {
    await program('go', 'echo "x.go:1: syntax error" >&2; exit 1');
    await expect(buildFromModules(etcd, out(), () => undefined)).rejects.toMatchObject({
      code: 'module-build',
      message: `etcd ${etcd.version} did not build`,
      details: 'x.go:1: syntax error',
      hint: 'run the same command again: finished parts are kept',
    });
  });

  it.each([
    'go: example.org/a@v1.0.0: Get "https://proxy.example/": dial tcp: lookup proxy.example: no such host',
    'go: example.org/a@v1.0.0: read tcp 192.0.2.1:1->192.0.2.2:443: i/o timeout',
    'go: Get "https://proxy.example/": dial tcp 127.0.0.1:1: connect: connection refused',
  ])('tells a network that is down: %s', async (line) => {
    await program('go', `cat >&2 <<'END'\n${line}\nEND\nexit 1`);
    await expect(buildFromModules(etcd, out(), () => undefined)).rejects.toMatchObject({
      code: 'module-build',
      why: 'the Go module proxy cannot be reached',
      hint: expect.stringContaining('GOPROXY') as string,
    });
  });
});

describe('folderDigest', () => {
  it('follows names, contents and the right to run, and nothing else', async () => {
    const files = join(folder, 'files');
    await mkdir(join(files, 'etc'), { recursive: true });
    await writeFile(join(files, 'etc', 'a'), 'one');
    await writeFile(join(files, 'etc', 'b'), 'two');
    const seen = [await folderDigest(files)];
    await chmod(join(files, 'etc', 'a'), 0o755);
    seen.push(await folderDigest(files));
    await rename(join(files, 'etc', 'a'), join(files, 'etc', 'c'));
    seen.push(await folderDigest(files));
    await writeFile(join(files, 'etc', 'b'), 'three');
    seen.push(await folderDigest(files));
    expect(new Set(seen).size).toBe(seen.length);

    const moved = join(folder, 'moved');
    await rename(files, moved);
    await chmod(join(moved, 'etc', 'b'), 0o600);
    expect(await folderDigest(moved)).toBe(seen.at(-1));
  });
});
