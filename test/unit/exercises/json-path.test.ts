import { describe, expect, it } from 'vitest';
import { jsonPath, jsonPathTexts, parseJsonPath } from '../../../scripts/exercises/json-path.ts';

const pod = {
  metadata: { name: 'web', labels: { 'app.kubernetes.io/name': 'web', 'a.b': 'c' } },
  spec: {
    containers: [
      { name: 'a', image: 'x' },
      { name: 'b', image: 'y' },
    ],
    empty: null,
  },
  status: {
    conditions: [
      { type: 'Ready', status: 'False', count: 3 },
      { type: 'Scheduled', status: 'True', count: 1 },
    ],
  },
};

describe('jsonPath', () => {
  it.each([
    ['.metadata.name', ['web']],
    ['$.metadata.name', ['web']],
    ['{.metadata.name}', ['web']],
    ['metadata.name', ['web']],
    ['.spec.containers[*].image', ['x', 'y']],
    ['.spec.containers[0].image', ['x']],
    ['.spec.containers[-1].image', ['y']],
    ['.spec.containers[7].image', []],
    ['.spec.nothing.there', []],
    ['.spec.empty', []],
    ["$.metadata.labels['app.kubernetes.io/name']", ['web']],
    ['.metadata.labels.a\\.b', ['c']],
    ['.status.conditions[?(@.type=="Ready")].status', ['False']],
    ['.status.conditions[?(@.type!="Ready")].status', ['True']],
    ['.status.conditions[?(@.count>=2)].type', ['Ready']],
    ['.status.conditions[?(@.count < 2)].type', ['Scheduled']],
    ['.status.conditions[?(@.type=~/^Sch/)].status', ['True']],
    ['.status.conditions[?(@.type=="Ready" && @.status=="True")].type', []],
    ['.status.conditions[?(@.reason)].type', []],
    ['..image', ['x', 'y']],
    ['..containers[*].name', ['a', 'b']],
    ['$', [pod]],
  ])('%s', (path, wanted) => {
    expect(jsonPath(pod, path)).toEqual(wanted);
  });

  it('finds rows of a list at the root, and through a nested filter', () => {
    const links = [
      {},
      { ifname: 'lo', addr_info: [{ local: '127.0.0.1' }] },
      { ifname: 'enp0s8', addr_info: [{ local: 'fe80::1' }, { local: '10.100.198.201' }] },
    ];
    expect(jsonPath(links, '[?(@.ifname=="lo")].addr_info[0].local')).toEqual(['127.0.0.1']);
    expect(jsonPath(links, '[?(@.addr_info[?(@.local=="10.100.198.201")])].ifname')).toEqual([
      'enp0s8',
    ]);
  });

  it('gives maps and lists as JSON text, other values as they are written', () => {
    expect(jsonPathTexts({ a: [1, true, { b: 2 }] }, '.a[*]')).toEqual(['1', 'true', '{"b":2}']);
  });

  it.each(['.a[', '.a[b]', '.a[?(type)]', '.a..'])('refuses %s', (path) => {
    expect(() => parseJsonPath(path)).toThrow();
  });
});
