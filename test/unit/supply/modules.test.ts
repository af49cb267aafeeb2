import { describe, expect, it, vi } from 'vitest';
import { commandLine } from '../../../scripts/base/argv.ts';
import type { Component } from '../../../scripts/supply/components.ts';
import { goBuildArgv, moduleEntry, programName } from '../../../scripts/supply/modules.ts';

/** What the module files hold for the next question; the rest of the disk is as it is. */
const files = vi.hoisted(() => new Map<string, string>());

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const readFile = async (path: string, encoding: 'utf8'): Promise<string> =>
    files.get(path.split('/').at(-1) ?? '') ?? real.readFile(path, encoding);
  return { ...real, readFile };
});

const thing: Component = {
  name: 'thing',
  version: '1.2.3',
  modules: {
    outputs: { thing: 'example.org/thing/cmd/thing', other: 'example.org/thing/cmd/other' },
    set: { 'example.org/thing/version.Version': 'v1.2.3', 'example.org/thing/version.Kind': 'lab' },
  },
};

const with_ = (modules: Partial<Component['modules']>): Component => ({
  ...thing,
  modules: { ...thing.modules, ...modules },
});

describe('programName', () => {
  it.each([
    ['k8s.io/kubernetes/cmd/kubeadm', 'kubeadm'],
    ['go.etcd.io/etcd/server/v3', 'server'],
    ['github.com/flannel-io/flannel', 'flannel'],
    ['github.com/coredns/coredns', 'coredns'],
    ['github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2', 'containerd-shim-runc-v2'],
    ['github.com/containernetworking/plugins/plugins/ipam/host-local', 'host-local'],
  ])('%s is built as %s', (goPackage, program) => {
    expect(programName(goPackage)).toBe(program);
  });
});

describe('goBuildArgv', () => {
  it('needs no C compiler', () => {
    expect(commandLine(goBuildArgv(thing, '/build/x'))).toBe(
      'go build -v -trimpath -buildvcs=false -mod=readonly ' +
        "-ldflags '-s -w -X example.org/thing/version.Version=v1.2.3 -X example.org/thing/version.Kind=lab' " +
        '-o /build/x/ example.org/thing/cmd/thing example.org/thing/cmd/other',
    );
  });

  it('links statically where C is needed', () => {
    const argv = goBuildArgv(with_({ cgo: true, set: {} }), '/build/x');
    expect(commandLine(argv)).toBe(
      'go build -v -trimpath -buildvcs=false -mod=readonly ' +
        "-tags 'osusergo netgo' -ldflags '-s -w -extldflags \"-static\"' " +
        '-o /build/x/ example.org/thing/cmd/thing example.org/thing/cmd/other',
    );
  });

  it('builds a package once that has two names', () => {
    const twice = with_({ outputs: { a: 'example.org/a', b: 'example.org/a' } });
    expect(goBuildArgv(twice, '/x').filter((word) => word === 'example.org/a')).toHaveLength(1);
  });
});

describe('moduleEntry', () => {
  const key = async (component = thing, go = 'go1.26.8'): Promise<string> =>
    (await moduleEntry(component, go)).key;
  const given = (goMod: string, goSum: string): void => {
    files.set('go.mod', goMod).set('go.sum', goSum);
  };

  it('is the same for the same inputs', async () => {
    given('module a', 'sum a');
    expect(await moduleEntry(thing, 'go1.26.8')).toEqual(
      await moduleEntry(structuredClone(thing), 'go1.26.8'),
    );
    expect((await moduleEntry(thing, 'go1.26.8')).name).toBe('thing');
  });

  it('is another one when anything changes that decides the programs', async () => {
    given('module a', 'sum a');
    const keys = [
      await key(),
      await key(thing, 'go1.26.9'),
      await key(with_({ outputs: { thing: 'example.org/thing/cmd/thing' } })),
      await key(with_({ set: {} })),
      await key(with_({ cgo: true })),
    ];
    given('module b', 'sum a');
    keys.push(await key());
    given('module a', 'sum b');
    keys.push(await key());
    // A line that moves from one file to the other is a change, too.
    given('module asum', ' a');
    keys.push(await key());
    expect(new Set(keys).size).toBe(keys.length);
  });
});
