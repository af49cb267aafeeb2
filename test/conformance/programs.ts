import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheRoot, projectRoot } from '../../scripts/base/paths.ts';
import { findEngine } from '../../scripts/nodes/engine.ts';
import { local } from '../../scripts/nodes/local.ts';
import { ensureRoot, toolsRoot } from '../../scripts/supply/debian-roots.ts';
import { addImage, addLayer, createLayout, writeIndex } from '../../scripts/supply/oci.ts';

const kubernetes = 'v1.36.3';
const where = join(projectRoot, 'test', 'modules', 'e2e');

/** The images that the upstream tests run in their pods, by the names that they ask for. One image is all of them. */
const names = [
  'registry.k8s.io/e2e-test-images/agnhost:2.63.0',
  'registry.k8s.io/e2e-test-images/glibc-dns-testing:2.0.0',
];

export interface Programs {
  /** The upstream end-to-end tests as one program, and what runs several of them at once. */
  tests: string;
  ginkgo: string;
  /** An OCI archive with the images. */
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
  return { tests, ginkgo: join(folder, 'ginkgo'), image: await packImage(folder, report) };
}

/** agnhost over the lab's tools: upstream's has a shell, curl and dig, too. The nodes have that layer already. */
async function packImage(folder: string, report: (text: string) => void): Promise<string> {
  const layout = join(folder, 'layout');
  const root = join(folder, 'root');
  await rm(layout, { recursive: true, force: true });
  await rm(root, { recursive: true, force: true });
  await mkdir(root);
  const list = ['go', 'list', '-m', '-f', '{{.Dir}}', 'k8s.io/kubernetes'];
  const source = (await local(list, { cwd: where, env: { GOTOOLCHAIN: 'local' } })).stdout.trim();
  const porter = join(source, 'test', 'images', 'agnhost', 'porter');
  const certificate = [join(porter, 'localhost.crt'), join(porter, 'localhost.key')];
  await local(['cp', join(folder, 'agnhost'), ...certificate, root]);
  const own = join(folder, 'layer.tar');
  await local(['tar', '-C', root, '-cf', own, '.']);
  const tools = join(folder, 'tools.tar');
  await copyFile(await ensureRoot(toolsRoot, await findEngine('auto'), report), tools);
  await createLayout(layout);
  const layers = [await addLayer(layout, tools), await addLayer(layout, own)];
  const manifest = await addImage(layout, layers, { entrypoint: ['/agnhost'], command: ['pause'] });
  await writeIndex(
    layout,
    names.map((name) => ({ name, manifest })),
  );
  const image = join(folder, 'images.tar');
  await local(['tar', '-C', layout, '-cf', image, '.']);
  await rm(layout, { recursive: true });
  return image;
}
