import { z } from 'zod';
import type { ExecResult, Node } from '../../nodes/node.ts';
import type { Live } from '../live.ts';
import { prepareMatcher } from '../matcher.ts';
import { matcher } from '../matcher-schema.ts';
import { some, type Outcome } from '../outcome.ts';
import { nodeSelector } from '../selectors.ts';

/** A file on nodes. */
export const file = z
  .strictObject({
    kind: z.literal('file'),
    on: nodeSelector,
    path: z.string().startsWith('/'),
    contains: z.string().optional().describe('regular expression, with ^ and $ per line'),
    value: z
      .strictObject({ match: z.string().describe('its first group is the value'), is: matcher })
      .optional(),
    mode: z
      .string()
      .regex(/^0[0-7]{3}$/)
      .optional(),
    owner: z.string().optional(),
    absent: z
      .strictObject({ while: z.string().startsWith('/') })
      .optional()
      .describe('no such file, while this other path exists (the positive control)'),
  })
  .refine((f) => !(f.absent && (f.contains || f.value || f.mode || f.owner)), {
    message: 'absent stands alone',
  });

type Spec = z.infer<typeof file>;

interface SeenFile {
  mode: string;
  owner: string;
  text: string;
}

/** The file on each node, or undefined where there is none. */
async function look(live: Live, nodes: Node[], path: string): Promise<(SeenFile | undefined)[]> {
  const jobs = nodes.flatMap((node) => [
    { node, argv: ['stat', '--dereference', '--format', '0%a %U %F', '--', path] },
    { node, argv: ['cat', '--', path] },
  ]);
  const results = await live.run(jobs);
  return nodes.map((_, i) => {
    const [stat, cat] = results.slice(2 * i) as [ExecResult, ExecResult];
    if (stat.exitCode !== 0) return undefined;
    const [mode = '', owner = ''] = stat.stdout.trim().split(' ');
    return { mode, owner, text: cat.stdout };
  });
}

async function problemsOf(spec: Spec, seen: SeenFile, live: Live): Promise<string[]> {
  const problems: string[] = [];
  if (spec.contains !== undefined && !new RegExp(spec.contains, 'm').test(seen.text)) {
    problems.push('does not contain it');
  }
  if (spec.value) {
    const found = new RegExp(spec.value.match, 'm').exec(seen.text);
    const value = found?.[1] ?? found?.[0];
    const test = await prepareMatcher(spec.value.is, live);
    if (value === undefined) problems.push(`has nothing that fits ${spec.value.match}`);
    else if (!test(value).ok) problems.push(`has ${value}`);
  }
  if (spec.mode !== undefined && seen.mode !== spec.mode) problems.push(`has mode ${seen.mode}`);
  if (spec.owner !== undefined && seen.owner !== spec.owner) {
    problems.push(`belongs to ${seen.owner}`);
  }
  return problems;
}

async function absence(spec: Spec, witness: string, live: Live): Promise<Outcome> {
  const nodes = live.nodes(spec.on);
  const [seen, control] = await Promise.all([
    look(live, nodes, spec.path),
    look(live, nodes, witness),
  ]);
  const problems = nodes.flatMap(({ name }, i) => {
    if (!control[i]) return [`${name}: cannot tell, ${witness} is not there either`];
    return seen[i] ? [`${name}: ${spec.path} is still there`] : [];
  });
  const names = nodes.map(({ name }) => name).join(', ');
  const expected = `no ${spec.path} on ${names}`;
  return { pass: problems.length === 0, actual: some(problems) || `none on ${names}`, expected };
}

async function expectedWords(spec: Spec, live: Live): Promise<string> {
  const value = spec.value && (await prepareMatcher(spec.value.is, live))('').wanted;
  const parts = [
    ...(spec.contains === undefined ? [] : [`with text that fits ${spec.contains}`]),
    ...(value === undefined ? [] : [`with ${spec.value?.match ?? ''}: ${value}`]),
    ...(spec.mode === undefined ? [] : [`mode ${spec.mode}`]),
    ...(spec.owner === undefined ? [] : [`owned by ${spec.owner}`]),
  ];
  return [`file ${spec.path}`, ...parts].join(', ');
}

export async function runFile(spec: Spec, live: Live): Promise<Outcome> {
  if (spec.absent) return absence(spec, spec.absent.while, live);
  const nodes = live.nodes(spec.on);
  const expected = await expectedWords(spec, live);
  const seen = await look(live, nodes, spec.path);
  const judged = await Promise.all(
    nodes.map(async ({ name }, i) => {
      const one = seen[i];
      if (!one) return [`${name}: there is no ${spec.path}`];
      return (await problemsOf(spec, one, live)).map((text) => `${name}: ${spec.path} ${text}`);
    }),
  );
  const problems = judged.flat();
  const fine = `as expected on ${nodes.map(({ name }) => name).join(', ')}`;
  return {
    pass: nodes.length > 0 && problems.length === 0,
    actual: some(problems) || fine,
    expected,
  };
}
