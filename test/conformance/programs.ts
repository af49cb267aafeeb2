import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheRoot, projectRoot } from '../../scripts/base/paths.ts';
import { local } from '../../scripts/nodes/local.ts';
import { addImage, addLayer, createLayout, writeIndex } from '../../scripts/supply/oci.ts';

const kubernetes = 'v1.36.3';
const where = join(projectRoot, 'test', 'modules', 'e2e');

/** The image that most of the upstream tests run in their pods, under the name that they ask for. */
export const agnhostImage = 'registry.k8s.io/e2e-test-images/agnhost:2.63.0';

export interface Programs {
  /** The upstream end-to-end tests as one program, and what runs several of them at once. */
  tests: string;
  ginkgo: string;
  /** An OCI archive with agnhost. */
  image: string;
}

/** Built from checksummed Go modules: about 5 minutes on two cores the first time, seconds later. */
export async function buildPrograms(report: (text: string) => void): Promise<Programs> {
  const folder = join(cacheRoot(), 'conformance');
  await mkdir(folder, { recursive: true });
  const go = (...words: string[]): Promise<unknown> =>
    local(['go', ...words], {
      cwd: where,
      env: { CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '' },
      timeout: 45 * 60_000,
    });
  const version = `-X k8s.io/component-base/version.gitVersion=${kubernetes}`;
  const tests = join(folder, 'e2e.test');
  report(`building the tests of Kubernetes ${kubernetes}`);
  await go(
    ...['test', '-c', '-trimpath', '-ldflags', `-s -w ${version}`, '-o', tests],
    'k8s.io/kubernetes/test/e2e',
  );
  report('building agnhost and ginkgo');
  await go(
    ...['build', '-trimpath', '-ldflags', '-s -w', '-o', `${folder}/`],
    ...['k8s.io/kubernetes/test/images/agnhost', 'github.com/onsi/ginkgo/v2/ginkgo'],
  );
  return { tests, ginkgo: join(folder, 'ginkgo'), image: await packAgnhost(folder) };
}

async function packAgnhost(folder: string): Promise<string> {
  const layout = join(folder, 'layout');
  const root = join(folder, 'root');
  await rm(layout, { recursive: true, force: true });
  await rm(root, { recursive: true, force: true });
  await mkdir(root);
  await local(['cp', join(folder, 'agnhost'), root]);
  const layerFile = join(folder, 'layer.tar');
  await local(['tar', '-C', root, '-cf', layerFile, '.']);
  await createLayout(layout);
  const layer = await addLayer(layout, layerFile);
  const manifest = await addImage(layout, [layer], {
    entrypoint: ['/agnhost'],
    command: ['pause'],
  });
  await writeIndex(layout, [{ name: agnhostImage, manifest }]);
  const image = join(folder, 'agnhost.tar');
  await local(['tar', '-C', layout, '-cf', image, '.']);
  return image;
}
