import { describe, expect, it } from 'vitest';
import { render, renderDeep, renderKnown, variablesIn } from '../../../scripts/exercises/render.ts';
import {
  clusterVariableNames,
  clusterVariables,
  drawVariables,
  environmentOf,
} from '../../../scripts/exercises/vars.ts';
import { fakeCluster } from '../../support/fake-cluster.ts';

const seed = { environment: 'lab', student: 'ann', exercise: 'svc-02', attempt: 1 };
const kinds = {
  app: { pick: ['web', 'shop', 'blog', 'mail', 'docs'] },
  port: { range: { from: 8000, to: 8999 } },
  suffix: { word: 5 },
  range: { subnet: { within: '10.66.0.0/16', prefix: 24 } },
  name: { value: '{{app}}-{{suffix}}' },
};

describe('drawVariables', () => {
  it('gives the same learner the same values', () => {
    expect(drawVariables(kinds, seed)).toEqual(drawVariables(kinds, seed));
  });

  it.each([{ environment: 'other' }, { student: 'bob' }, { exercise: 'svc-03' }, { attempt: 2 }])(
    'gives other values for %o',
    (change) => {
      expect(drawVariables(kinds, { ...seed, ...change })).not.toEqual(drawVariables(kinds, seed));
    },
  );

  it('keeps a value when another variable is added', () => {
    const { port } = drawVariables(kinds, seed);
    expect(drawVariables({ first: { word: 4 }, port: kinds.port }, seed).port).toBe(port);
  });

  it('stays within what is asked for, and uses all of it', () => {
    const many = Array.from({ length: 200 }, (_, attempt) =>
      drawVariables(kinds, { ...seed, attempt }),
    );
    expect(new Set(many.map(({ app }) => app))).toEqual(new Set(kinds.app.pick));
    for (const one of many) {
      expect(Number(one.port)).toBeGreaterThanOrEqual(8000);
      expect(Number(one.port)).toBeLessThanOrEqual(8999);
      expect(one.suffix).toMatch(/^[a-z]{5}$/);
      expect(one.range).toMatch(/^10\.66\.\d+\.0\/24$/);
      expect(one.name).toBe(`${one.app}-${one.suffix}`);
    }
  });
});

describe('clusterVariables', () => {
  it('has the names that validation expects, and the nodes of this cluster', () => {
    const vars = clusterVariables(fakeCluster());
    expect(Object.keys(vars).sort()).toEqual(clusterVariableNames(2).sort());
    expect(vars.worker2_address).toBe('10.100.198.202');
    expect(vars.control_plane).toBe('master');
  });

  it('gives scripts LAB_ names', () => {
    expect(environmentOf({ app: 'web' })).toEqual({ LAB_APP: 'web' });
  });
});

describe('render', () => {
  it('puts values in and leaves Go templates alone', () => {
    const text = '{{app}} {{.Names}} {{ app }}';
    expect(render(text, { app: 'web' })).toBe('web {{.Names}} {{ app }}');
  });

  it('refuses a name without value, which renderKnown leaves', () => {
    expect(() => render('{{nothing}}', {})).toThrow('{{nothing}}');
    expect(renderKnown('{{nothing}} {{a}}', { a: '1' })).toBe('{{nothing}} 1');
  });

  it('does not read what a value brings along', () => {
    expect(render('{{a}}', { a: '{{b}}', b: 'x' })).toBe('{{b}}');
  });

  it('reaches texts deep inside, and only texts', () => {
    const value = { a: ['{{x}}', 3, { b: '{{x}}' }], c: true };
    expect(renderDeep(value, { x: '1' })).toEqual({ a: ['1', 3, { b: '1' }], c: true });
  });

  it('lists each name once', () => {
    expect(variablesIn('{{a}} {{b}} {{a}}')).toEqual(['a', 'b']);
  });
});
