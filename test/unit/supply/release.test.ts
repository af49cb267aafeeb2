import { describe, expect, it } from 'vitest';
import { components, type Component } from '../../../scripts/supply/components.ts';
import { findSum } from '../../../scripts/supply/download.ts';
import { releaseArch, releaseEntry, releaseUrl } from '../../../scripts/supply/release.ts';

const sum = 'a'.repeat(64);
const other = 'b'.repeat(64);

function component(name: string): Component {
  const found = components.find((one) => one.name === name);
  if (!found) throw new Error(`no component ${name}`);
  return found;
}

describe('releaseUrl', () => {
  const kubernetes = component('kubernetes');
  const template = 'https://dl.k8s.io/release/v{version}/bin/linux/{arch}/kubeadm';
  const path = `dl.k8s.io/release/v${kubernetes.version}/bin/linux/${releaseArch()}/kubeadm`;

  it('fills in version and machine type', () => {
    expect(releaseUrl(template, kubernetes)).toBe(`https://${path}`);
  });

  it.each(['http://127.0.0.1:8080', 'http://127.0.0.1:8080/'])('goes to the mirror %s', (base) => {
    expect(releaseUrl(template, kubernetes, base)).toBe(`http://127.0.0.1:8080/${path}`);
  });

  it('keeps the path of a mirror', () => {
    expect(releaseUrl(template, kubernetes, 'https://mirror.example/a/b')).toBe(
      `https://mirror.example/a/b/${path}`,
    );
  });
});

describe('findSum', () => {
  it.each([
    ['a bare sum', sum, sum],
    ['a bare sum with a newline', `${sum}\n`, sum],
    ['capital letters', sum.toUpperCase(), sum],
    ['sum and name', `${sum}  file.tgz\n`, sum],
    ['binary mode', `${sum} *file.tgz\n`, sum],
    ['a name with a folder', `${sum}  ./out/file.tgz\n`, sum],
    ['a list', `${other}  other.tgz\n${sum}  file.tgz\n`, sum],
    ['a list without the file', `${other}  other.tgz\n${sum}  my-file.tgz\n`, undefined],
    ['several bare sums', `${other}\n${sum}\n`, undefined],
    ['a log-in page', '<!doctype html><title>Welcome</title>', undefined],
    ['a short sum', `${sum.slice(1)}  file.tgz`, undefined],
    ['nothing', '', undefined],
  ])('%s', (_, text, expected) => {
    expect(findSum(text, 'file.tgz')).toBe(expected);
  });
});

describe('releaseEntry', () => {
  const coredns = component('coredns');

  it('is the same for the same release', () => {
    expect(releaseEntry(coredns)).toEqual(releaseEntry(structuredClone(coredns)));
  });

  it.each<[string, Component]>([
    ['version', { ...coredns, version: '9.9.9' }],
    ['address', { ...coredns, release: [{ url: 'https://a/b', sha256Url: 'https://a/c' }] }],
    [
      'member',
      { ...coredns, release: coredns.release?.map((file) => ({ ...file, members: { a: 'b' } })) },
    ],
  ])('changes with the %s', (_, changed) => {
    expect(releaseEntry(changed).key).not.toBe(releaseEntry(coredns).key);
  });
});

describe('components', () => {
  const released = components.flatMap((one) => (one.release ? [[one.name, one] as const] : []));

  it.each(released)('%s has the same programs from a release as from modules', (_, one) => {
    const outputs = one.release?.flatMap(({ output, members }) => [
      ...(output === undefined ? [] : [output]),
      ...Object.values(members ?? {}),
    ]);
    expect(outputs?.sort()).toEqual(Object.keys(one.modules.outputs).sort());
  });

  it.each(released)('%s takes either members or the download itself', (_, one) => {
    for (const { output, members } of one.release ?? []) {
      expect((output === undefined) !== (members === undefined)).toBe(true);
    }
  });
});
