import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheRoot } from '../../scripts/base/paths.ts';
import {
  discoveryPath,
  initConfiguration,
  joinConfiguration,
  randomToken,
} from '../../scripts/cluster/kubeadm.ts';
import { printManifest } from '../../scripts/cluster/objects.ts';
import { local } from '../../scripts/nodes/local.ts';
import { exists } from '../../scripts/supply/cache.ts';
import { components } from '../../scripts/supply/components.ts';
import { workloadImages } from '../../scripts/supply/workload-images.ts';

const version = components.find(({ name }) => name === 'kubernetes')?.version ?? '';

/** The kubeadm of this version that the cache holds, if there is one: nothing is built for this test. */
async function cachedKubeadm(): Promise<string | undefined> {
  const store = join(cacheRoot(), 'store');
  for (const name of await readdir(store).catch(() => [])) {
    const path = join(store, name, 'kubeadm');
    if (!name.startsWith('kubernetes-') || !(await exists(path))) continue;
    const { stdout } = await local([path, 'version', '-o', 'short'], { allowFailure: true });
    if (stdout.trim() === `v${version}`) return path;
  }
  return undefined;
}

const kubeadm = (await cachedKubeadm()) ?? '';

describe.runIf(kubeadm !== '')('kubeadm itself', () => {
  let folder = '';

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lab-kubeadm-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  async function validate(objects: readonly object[]): Promise<string> {
    const path = join(folder, 'config.yaml');
    await writeFile(path, printManifest(objects));
    const argv = [kubeadm, 'config', 'validate', '--config', path];
    const { exitCode, stdout, stderr } = await local(argv, { allowFailure: true });
    return exitCode === 0 ? stdout.trim() : stderr;
  }

  it('asks for the images that are supplied', async () => {
    const { stdout } = await local([
      ...[kubeadm, 'config', 'images', 'list', '--kubernetes-version', `v${version}`],
    ]);
    const tags = workloadImages.flatMap((image) => image.tags);
    expect(tags.filter((tag) => tag.startsWith('registry.k8s.io/')).sort()).toEqual(
      stdout.trim().split('\n').sort(),
    );
  });

  it.each([
    [true, 1],
    [false, 10],
  ])(
    'takes the configuration of init (CoreDNS later: %s, slowness %i)',
    async (deferDns, slowness) => {
      const settings = {
        kubernetesVersion: version,
        podSubnet: '10.244.0.0/16',
        serviceSubnet: '10.96.0.0/12',
        dnsDomain: 'cluster.local',
        cni: {
          name: 'flannel' as const,
          flannel: { iface: 'lab', backend: 'vxlan' as const },
          weave: { range: '10.32.0.0/12' },
        },
      };
      const address = '10.100.198.200';
      const options = { address, token: randomToken(), settings, deferDns, slowness };
      expect(await validate(initConfiguration(options))).toBe('ok');
      // A field that does not exist is refused, so "ok" means something.
      const [first = {}, ...rest] = initConfiguration(options);
      expect(await validate([{ ...first, noSuchField: 1 }, ...rest])).toContain('noSuchField');
    },
  );

  it('takes the configuration of join', async () => {
    // kubeadm looks whether this file is there.
    const discovery = join(folder, 'discovery.conf');
    await writeFile(discovery, '');
    const joinOf = (token: string, slowness = 1): object[] =>
      JSON.parse(
        JSON.stringify(joinConfiguration(token, slowness)).replace(discoveryPath, discovery),
      ) as object[];
    expect(await validate(joinOf(randomToken()))).toBe('ok');
    expect(await validate(joinOf(randomToken(), 10))).toBe('ok');
    expect(await validate(joinConfiguration(randomToken(), 1))).toContain(discoveryPath);
  });
});
