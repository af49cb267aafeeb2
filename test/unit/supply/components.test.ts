import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../../scripts/base/paths.ts';
import { fileSchema } from '../../../scripts/lab/config-schema.ts';
import { components } from '../../../scripts/supply/components.ts';
import {
  flannelImage,
  pauseImage,
  workloadImages,
} from '../../../scripts/supply/workload-images.ts';

const modules = join(projectRoot, 'scripts', 'supply', 'modules');
const text = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');

function goMod(component: string): string {
  return readFileSync(join(modules, component, 'go.mod'), 'utf8');
}

/** The version that a go.mod requires of the module that a package belongs to. */
function required(component: string, goPackage: string): string | undefined {
  const wanted = [...goMod(component).matchAll(/^\s*(?:require )?(\S+) v(\S+)/gm)]
    .map(([, module = '', version = '']) => ({ module, version }))
    .filter(({ module }) => goPackage === module || goPackage.startsWith(`${module}/`))
    .sort((a, b) => b.module.length - a.module.length);
  return wanted[0]?.version;
}

/** The others have their source in this project. */
const upstream = components.filter(({ folder }) => folder === undefined);
const named = upstream.map((component) => [component.name, component] as const);

function version(name: string): string {
  return components.find((component) => component.name === name)?.version ?? '';
}

describe('components', () => {
  it('are the folders with a go.mod, one each', () => {
    expect(upstream.map(({ name }) => name).sort()).toEqual(readdirSync(modules).sort());
    for (const { name } of upstream) expect(existsSync(join(modules, name, 'go.sum'))).toBe(true);
  });

  it('that are written here stand alone: the standard library is all they need', () => {
    for (const { folder } of components) {
      if (folder !== undefined) expect(text(join(folder, 'go.mod'))).not.toContain('require');
    }
  });

  it.each(named)('%s has the version of its go.mod', (name, component) => {
    for (const goPackage of Object.values(component.modules.outputs)) {
      expect([goPackage, required(name, goPackage)]).toEqual([goPackage, component.version]);
    }
  });

  it.each(named)('%s builds what its go.mod lists as tools', (name, { modules: { outputs } }) => {
    const single = [...goMod(name).matchAll(/^tool ([^(\s]\S*)$/gm)].map(([, tool]) => tool);
    const block = /^tool \(\n([^)]*)\)/m.exec(goMod(name))?.[1] ?? '';
    const tools = [...single, ...block.split('\n').map((line) => line.trim())].filter(Boolean);
    expect(tools.sort()).toEqual(Object.values(outputs).sort());
  });

  it.each(named)('%s tells its version truthfully', (name, { modules: { set = {} }, ...one }) => {
    for (const [variable, value] of Object.entries(set)) {
      const [major, minor] = one.version.split('.');
      if (variable.endsWith('gitMajor')) expect(value).toBe(major);
      else if (variable.endsWith('gitMinor')) expect(value).toBe(minor);
      else expect([name, value]).toEqual([name, `v${one.version}`]);
    }
  });

  it('are as new as this project asks for', () => {
    expect(version('kubernetes')).toMatch(/^1\.36\./);
    expect(version('containerd')).toMatch(/^2\./);
    const [major = 0, minor = 0] = version('cni-plugins').split('.').map(Number);
    expect(major > 1 || minor >= 6).toBe(true);
  });

  it('are what lab.yaml has as the version of Kubernetes', () => {
    expect(fileSchema.parse({}).kubernetes.version).toBe(version('kubernetes'));
    const written = (parse(text('lab.yaml')) as { kubernetes?: { version?: string } }).kubernetes;
    expect(written?.version ?? version('kubernetes')).toBe(version('kubernetes'));
  });
});

describe('images', () => {
  const tags = workloadImages.flatMap((image) => image.tags);

  it('are the ones that kubeadm of this version asks for', () => {
    // `kubeadm config images list`; an integration test asks kubeadm itself where it is built.
    expect(tags.filter((tag) => tag.startsWith('registry.k8s.io/')).sort()).toEqual([
      `registry.k8s.io/coredns/coredns:v${version('coredns')}`,
      `registry.k8s.io/etcd:${version('etcd')}-0`,
      `registry.k8s.io/kube-apiserver:v${version('kubernetes')}`,
      `registry.k8s.io/kube-controller-manager:v${version('kubernetes')}`,
      `registry.k8s.io/kube-proxy:v${version('kubernetes')}`,
      `registry.k8s.io/kube-scheduler:v${version('kubernetes')}`,
      'registry.k8s.io/pause:3.10.2',
    ]);
  });

  it('have each name once', () => {
    expect(new Set(tags).size).toBe(tags.length);
  });

  it('take only programs that their component has', () => {
    for (const { programs = {} } of workloadImages) {
      for (const source of Object.values(programs)) {
        if (!('component' in source)) continue;
        const component = components.find(({ name }) => name === source.component);
        expect(Object.keys(component?.modules.outputs ?? {})).toContain(source.output);
      }
    }
  });

  it('include everything that the manifests and this program start', () => {
    expect(tags).toEqual(expect.arrayContaining([pauseImage, flannelImage]));
    expect(flannelImage).toBe(`ghcr.io/flannel-io/flannel:v${version('flannel')}`);
    const files = ['manifests/cni/flannel/flannel.yml', 'manifests/apps/nginx-deployment.yaml'];
    const wanted = [...files, 'scripts/cluster/verify.ts'].flatMap((path) =>
      [...text(path).matchAll(/\bimage: '?([^\s',]+)/g)].map(([, image = '']) => image),
    );
    expect(wanted.length).toBeGreaterThanOrEqual(5);
    for (const image of new Set(wanted)) {
      const [repository = '', tag = 'latest'] = image.split(':');
      const full = repository.includes('/') ? repository : `docker.io/library/${repository}`;
      expect(tags).toContain(`${full}:${tag}`);
    }
  });

  it('of pause: containerd keeps the one that is there', () => {
    const config = text('scripts/guest/node/etc/containerd/config.toml');
    expect(/sandbox = '([^']+)'/.exec(config)?.[1]).toBe(pauseImage);
  });
});
