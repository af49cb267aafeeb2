import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fullName, namesIn, readArchive } from '../../../../scripts/lab/image/archive.ts';
import { keepArchive, keptImages, keptNames } from '../../../../scripts/lab/image/store.ts';
import { local } from '../../../../scripts/nodes/local.ts';

const docker = (...tags: string[]): string => JSON.stringify([{ RepoTags: tags, Layers: [] }]);
const oci = (annotations: Record<string, string>): string =>
  JSON.stringify({ schemaVersion: 2, manifests: [{ digest: 'sha256:0', annotations }] });

describe('names of images', () => {
  it.each([
    ['nginx:1', 'docker.io/library/nginx:1'],
    ['rajchaudhuri/weave-kube:2.9.0', 'docker.io/rajchaudhuri/weave-kube:2.9.0'],
    ['quay.io/a/b:1', 'quay.io/a/b:1'],
    ['localhost/a:1', 'localhost/a:1'],
    ['localhost:5000/a:1', 'localhost:5000/a:1'],
  ])('%s is %s', (short, full) => expect(fullName(short)).toBe(full));

  it('are in the files of Docker and of OCI, told once', () => {
    expect(namesIn(undefined, docker('web:1', 'web:2'))).toEqual([
      'docker.io/library/web:1',
      'docker.io/library/web:2',
    ]);
    const name = 'docker.io/library/web:1';
    const both = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': '1' };
    expect(namesIn(oci(both), docker('web:1'))).toEqual([name]);
    expect(namesIn(oci({ 'org.opencontainers.image.ref.name': '1' }), undefined)).toEqual([]);
    expect(namesIn('no JSON', undefined)).toEqual([]);
  });
});

describe('archives that are kept', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lab-image-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function archive(name: string, manifest: string, pack = ''): Promise<string> {
    await writeFile(join(folder, 'manifest.json'), manifest);
    const file = join(folder, name);
    await local(['tar', `-c${pack}f`, file, '-C', folder, 'manifest.json']);
    return file;
  }

  it('are read, packed or not', async () => {
    const plain = await archive('a.tar', docker('a:1'));
    expect((await readArchive(plain)).names).toEqual(['docker.io/library/a:1']);
    const packed = await archive('b.tar.gz', docker('b:1'), 'z');
    expect((await readArchive(packed)).names).toEqual(['docker.io/library/b:1']);
  });

  it('are refused with what to do when they are something else', async () => {
    const file = join(folder, 'note.tar');
    await writeFile(file, 'hello');
    await expect(readArchive(file)).rejects.toMatchObject({ code: 'not-an-image', exit: 2 });
    await expect(readArchive(join(folder, 'none'))).rejects.toMatchObject({ code: 'no-file' });
  });

  it('take the place of older ones with the same names', async () => {
    const spec = { stateDir: join(folder, 'state') };
    const keep = async (file: string): Promise<void> =>
      keepArchive(spec, file, await readArchive(file));
    expect(await keptImages(spec)).toEqual([]);
    await keep(await archive('a.tar', docker('a:1')));
    await keep(await archive('b.tar', docker('b:1', 'b:2')));
    await keep(await archive('newer.tar', docker('a:1', 'a:2')));
    expect((await keptNames(spec)).sort()).toEqual([
      'docker.io/library/a:1',
      'docker.io/library/a:2',
      'docker.io/library/b:1',
      'docker.io/library/b:2',
    ]);
    expect(await readdir(join(spec.stateDir, 'images'))).toHaveLength(4);
  });
});
