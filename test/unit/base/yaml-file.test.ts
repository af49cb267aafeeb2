import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { LabError } from '../../../scripts/base/errors.ts';
import { parseYaml } from '../../../scripts/base/yaml-file.ts';
import type { Problem } from '../../../scripts/base/yaml-file.ts';

const schema = z.strictObject({
  name: z.string(),
  kind: z.enum(['flannel', 'weave']).default('flannel'),
  count: z.number().int().min(0).max(9).optional(),
  nodes: z.array(z.strictObject({ id: z.string(), tag: z.string().optional() })).default([]),
  check: z
    .discriminatedUnion('is', [
      z.strictObject({ is: z.literal('dns'), host: z.string() }),
      z.strictObject({ is: z.literal('http'), url: z.string() }),
    ])
    .optional(),
  wait: z.union([z.number(), z.strictObject({ seconds: z.number() })]).optional(),
  labels: z.record(z.string().regex(/^[a-z]+$/), z.string()).optional(),
});

type Value = z.infer<typeof schema>;

function problems(text: string, check?: (value: Value) => Problem[]): string[] {
  try {
    parseYaml('t.yaml', text, schema, check);
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    expect(error).toMatchObject({ code: 'bad-yaml', exit: 2 });
    return (error as LabError).details?.split('\n') ?? [];
  }
  return [];
}

describe('parseYaml', () => {
  test('gives the value with defaults', () => {
    expect(parseYaml('t.yaml', 'name: lab\n', schema)).toEqual({
      name: 'lab',
      kind: 'flannel',
      nodes: [],
    });
  });

  test('counts an empty document as an empty map', () => {
    const empty = z.strictObject({ a: z.number().default(1) });
    expect(parseYaml('t.yaml', '# nothing\n', empty)).toEqual({ a: 1 });
    expect(problems('')).toEqual(['t.yaml:1:1: name is missing: text is needed']);
  });

  test('lists all problems of form in the order of the file', () => {
    const text = [
      'kind: flanel',
      'cuont: 3',
      'count: 12',
      'nodes:',
      '  - id: a',
      '    tga: x',
      '  - id: 7',
      'count: 2',
      '',
    ].join('\n');
    expect(problems(text)).toEqual([
      't.yaml:1:1: name is missing: text is needed',
      't.yaml:1:7: kind cannot be the text "flanel". Did you mean "flannel"?',
      't.yaml:2:1: cuont is not known here. Did you mean "count"?',
      't.yaml:6:5: nodes[0].tga is not known here. Did you mean "tag"?',
      't.yaml:7:9: nodes[1].id must be text, not 7',
      't.yaml:8:1: this key stands twice in the same map',
    ]);
  });

  test('checks the meaning too, also beside unknown keys', () => {
    const check = (value: Value): Problem[] =>
      value.nodes.map(({ id }, i) => ({ path: ['nodes', i, 'id'], message: `"${id}" is taken` }));
    expect(problems('name: a\nzz: 1\nnodes: [{id: x}]\n', check)).toEqual([
      't.yaml:2:1: zz is not known here. Known: name, kind, count, nodes, check, wait, labels.',
      't.yaml:3:14: nodes[0].id "x" is taken',
    ]);
  });

  test('explains choices between forms', () => {
    expect(problems('name: a\ncheck: {is: htpp}\n')).toEqual([
      't.yaml:2:13: check.is cannot be the text "htpp". Did you mean "http"?',
    ]);
    expect(problems('name: a\ncheck: {is: http, ulr: x}\n')).toEqual([
      't.yaml:2:8: check.url is missing: text is needed',
      't.yaml:2:19: check.ulr is not known here. Did you mean "url"?',
    ]);
    expect(problems('name: a\nwait: soon\n')).toEqual([
      't.yaml:2:7: wait must be a number or a map, not the text "soon"',
    ]);
    expect(problems('name: a\nwait: {seconds: soon}\n')).toEqual([
      't.yaml:2:17: wait.seconds must be a number, not the text "soon"',
    ]);
  });

  test('points at empty values, bad names and wrong documents', () => {
    expect(problems('name:\n')).toEqual([
      't.yaml:1:6: name is empty: give text, or remove the line',
    ]);
    expect(problems('name: a\nlabels: {A1: x}\n')[0]).toMatch(
      /^t\.yaml:2:10: labels\.A1 is no valid name/,
    );
    expect(problems('- 1\n')).toEqual(['t.yaml:1:1: must be a map, not a list']);
  });

  test.each([
    ['a: [1,\nname: x', /^t\.yaml:2:1: /],
    ['name: a\n\tkind: weave\n', /^t\.yaml:2:1: Tabs/],
    ['name: "a\n', /^t\.yaml:2:1: Missing closing/],
    ['name: a\n---\nname: b\n', /^t\.yaml:2:1: a second document begins here/],
    ['name: *gone\n', /^t\.yaml:1:1: Unresolved alias/],
    ['name: !secret x\n', /^t\.yaml:1:7: Unresolved tag/],
  ])('reports broken syntax %j', (text, line) => {
    expect(problems(text)[0]).toMatch(line);
  });

  test('follows aliases to the place where the value stands', () => {
    expect(problems('name: a\nnodes: [&n {id: 1}, *n]\n')[0]).toContain('t.yaml:2:17: nodes[0].id');
  });
});
