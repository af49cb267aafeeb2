import { describe, expect, it } from 'vitest';
import { suggest } from '../../../scripts/base/suggest.ts';

const nodes = ['master', 'node1', 'node2'];

describe('suggest', () => {
  it.each([
    ['a letter too many', 'masster', nodes, 'master'],
    ['a letter too few', 'maser', nodes, 'master'],
    ['a wrong letter', 'nodr2', nodes, 'node2'],
    ['two letters swapped', 'ndoe1', nodes, 'node1'],
    ['capitals', 'NODE2', nodes, 'node2'],
    ['the nearest of several', 'flanel', ['funnel', 'flannel'], 'flannel'],
    ['a short name', 'u', ['up', 'down'], 'up'],
  ])('%s', (_, wanted, known, expected) => {
    expect(suggest(wanted, known)).toBe(`Did you mean "${expected}"?`);
  });

  it('lists what there is when nothing is near', () => {
    expect(suggest('calico', ['flannel', 'weave', 'none'])).toBe('Known: flannel, weave, none.');
  });

  it('does not guess at a short name from a word without a letter in common', () => {
    expect(suggest('xyz', ['up', 'down'])).toBe('Known: up, down.');
  });

  it('says when there is nothing to choose from', () => {
    expect(suggest('cni-02', [])).toBe('There is none.');
  });
});
