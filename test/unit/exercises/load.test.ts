import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { LabError } from '../../../scripts/base/errors.ts';
import { projectRoot } from '../../../scripts/base/paths.ts';
import { exerciseJsonSchema } from '../../../scripts/exercises/json-schema.ts';
import { findExercise, loadExercises } from '../../../scripts/exercises/load.ts';
import { validateExercises } from '../../../scripts/exercises/validate.ts';
import { writtenExercise } from '../../support/checking.ts';
import { temporaryFolder } from '../../support/temporary.ts';

let root = '';

beforeEach(async () => {
  root = await temporaryFolder();
});

const setup = '#!/bin/bash\ncase $1 in apply) ;; undo) ;; esac\n';
const files = {
  'task.md': 'Do it.\n',
  'debrief.md': 'Done.\n',
  'setup.sh': setup,
  'solution.sh': '#!/bin/bash\ntrue\n',
  'wrong/lazy.sh': '#!/bin/bash\ntrue\n',
};

/** Writes an exercise; `undefined` leaves a file out. */
async function write(
  over: Record<string, unknown> | string = {},
  more: Record<string, string | undefined> = {},
  folder = 'net/net-99',
): Promise<void> {
  const yaml = typeof over === 'string' ? over : stringify(writtenExercise(over));
  for (const [name, text] of Object.entries({ ...files, 'exercise.yaml': yaml, ...more })) {
    if (text === undefined) continue;
    const path = join(root, folder, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, text);
  }
}

async function problemsOf(): Promise<string> {
  const all = await validateExercises(root);
  return all.flatMap(({ problems }) => problems).join('\n');
}

const criterion = (over: Record<string, unknown>): Record<string, unknown> => ({
  ...{ id: 'one', title: 'One', points: 10, why: 'because' },
  check: { kind: 'command', on: 'all', argv: ['true'] },
  ...over,
});

describe('loadExercises', () => {
  it('loads what is right', async () => {
    await write();
    const [exercise] = await loadExercises(root);
    expect(exercise?.spec.id).toBe('net-99');
    expect(exercise?.task).toBe('Do it.\n');
    expect(exercise?.spec.solution.scripts).toEqual([
      { on: 'control-plane', script: 'solution.sh' },
    ]);
  });

  it('lists the problems of all files at once, with their places', async () => {
    await write({ difficulty: 'heavy', surprise: 1 });
    await write({ criteria: [criterion({ points: 0 })] }, {}, 'net/net-98');
    const error: unknown = await loadExercises(root).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(LabError);
    const { details } = error as LabError;
    expect(details).toMatch(
      /net-99\/exercise\.yaml:\d+:\d+: difficulty cannot be the text "heavy"/,
    );
    expect(details).toMatch(/net-99\/exercise\.yaml:\d+:\d+: surprise is not known here/);
    expect(details).toMatch(
      /net-98\/exercise\.yaml:\d+:\d+: criteria\[0\]\.points must be at least 1/,
    );
  });

  it('refuses a schema version that it does not know', async () => {
    await write({ schema_version: 2 });
    await expect(loadExercises(root)).rejects.toThrow();
  });

  it('suggests the exercise that was meant', async () => {
    await write();
    const all = await loadExercises(root);
    expect(findExercise(all, 'net-99').spec.title).toBe('A test');
    const error: unknown = await Promise.resolve()
      .then(() => findExercise(all, 'net-9'))
      .catch((caught: unknown) => caught);
    expect((error as LabError).why).toBe('Did you mean "net-99"?');
  });
});

const answerCheck = { kind: 'answer', part: 'q', truth: { from: 'fixed', values: ['x'] } };
const withPart = {
  parts: [{ id: 'q', prompt: 'What?' }],
  criteria: [criterion({ check: answerCheck })],
};
const answers = { 'solution.sh': '#!/bin/bash\necho "answer q x"\n' };

describe('validateExercises', () => {
  it('finds nothing wrong with what is right', async () => {
    await write();
    await write(withPart, answers, 'net/net-98');
    expect(await problemsOf()).toContain('id is net-99, the folder is net-98');
    await rm(join(root, 'net/net-98'), { recursive: true });
    expect(await problemsOf()).toBe('');
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'unknown variable in a check',
      { criteria: [criterion({ check: { kind: 'command', on: 'all', argv: ['{{nope}}'] } })] },
      'uses {{nope}}',
    ],
    [
      'unknown variable in a title',
      { criteria: [criterion({ title: 'Is {{nope}}' })] },
      'uses {{nope}}',
    ],
    ['unknown variable in a hint', { hints: [{ tier: 1, text: '{{nope}}' }] }, 'uses {{nope}}'],
    ['part without criterion', { parts: [{ id: 'q', prompt: 'What?' }] }, 'no criterion grades it'],
    ['criterion without part', { criteria: [criterion({ check: answerCheck })] }, 'is no part'],
    ['the same id twice', { criteria: [criterion({}), criterion({})] }, '"one" stands there twice'],
    ['hint tiers out of order', { hints: [{ tier: 2, text: 'x' }] }, 'is 2 after 0'],
    [
      'wrong answer with full marks',
      { wrong: [{ name: 'lazy', score: 10, message: 'nothing' }] },
      'must be below full marks',
    ],
    ['gate at the end', { criteria: [criterion({ gate: true })] }, 'nothing to hold back'],
    [
      'joined with a pod network',
      { needs: { state: 'joined', cni: ['flannel'] } },
      'must be [none]',
    ],
    ['cluster without one', { needs: { state: 'cluster', cni: ['none'] } }, 'no node is Ready'],
    [
      'bad regular expression',
      {
        criteria: [criterion({ check: { kind: 'command', on: 'all', argv: ['x'], stdout: '(' } })],
      },
      'Unterminated group',
    ],
    [
      'bad JSONPath',
      {
        criteria: [
          criterion({
            check: { kind: 'object', resource: 'pods', expect: [{ path: '.a[', is: 1 }] },
          }),
        ],
      },
      'not closed',
    ],
    [
      'check and checks',
      { criteria: [criterion({ checks: [answerCheck] })] },
      'give check or checks',
    ],
    [
      'a variable that is used nowhere',
      { vars: { app: { word: 4 } } },
      'vars.app is used in no text',
    ],
    [
      'a variable in the name of a row',
      { ...withPart, parts: [{ id: 'q', prompt: '?', form: 'table', rows: ['{{worker1}}'] }] },
      'is a key',
    ],
    [
      'a variable that hides a given one',
      { vars: { worker1: { word: 4 } } },
      'every exercise has already',
    ],
  ])('%s', async (_, over, message) => {
    await write(over);
    expect(await problemsOf()).toContain(message);
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    ['no solution', { 'solution.sh': undefined }, 'solution.sh: is missing'],
    ['no debrief', { 'debrief.md': undefined }, 'debrief.md: is missing'],
    ['an empty task', { 'task.md': ' \n' }, 'task.md: is missing or empty'],
    ['no script for a wrong answer', { 'wrong/lazy.sh': undefined }, 'wrong/lazy.sh: is missing'],
    [
      'a wrong answer that is not declared',
      { 'wrong/other.sh': '#!/bin/sh\n' },
      'wrong/other.sh: exercise.yaml does not mention it',
    ],
    [
      'setup that cannot be undone',
      { 'setup.sh': '#!/bin/bash\n[ "$1" = apply ]\n' },
      'does nothing for "undo"',
    ],
    ['a heading in the task', { 'task.md': '# Title\ntext\n' }, 'has a heading'],
    ['an unknown variable in the task', { 'task.md': '{{nope}}\n' }, 'task.md: uses {{nope}}'],
    [
      'an unknown variable in a script',
      { 'solution.sh': '#!/bin/bash\necho "$LAB_NOPE"\n' },
      'uses LAB_NOPE',
    ],
    [
      'an answer to no part',
      { 'solution.sh': '#!/bin/bash\necho "answer zzz 1"\n' },
      'answers "zzz"',
    ],
    ['a script without #!', { 'solution.sh': 'true\n' }, 'no #! line'],
  ])('%s', async (_, more, message) => {
    await write({}, more);
    expect(await problemsOf()).toContain(message);
  });

  it('wants the solution to answer every part', async () => {
    await write(withPart);
    expect(await problemsOf()).toContain('never prints "answer q');
  });

  it('wants graded names to be told', async () => {
    const check = { kind: 'object', resource: 'pods', name: '{{app}}' };
    await write({ vars: { app: { word: 4 } }, criteria: [criterion({ check })] });
    expect(await problemsOf()).toContain('{{app}} is graded, but the learner is not told');
  });

  it('knows names that a check binds itself', async () => {
    const within = { from: 'object', resource: 'nodes', name: '{{node}}', path: '.spec.podCIDR' };
    const check = {
      ...{ kind: 'object', resource: 'pods', bind: { node: '.spec.nodeName' } },
      expect: [{ path: '.status.podIP', is: { within } }],
    };
    await write({ criteria: [criterion({ check })] });
    expect(await problemsOf()).toBe('');
  });

  it('compares sources with the rows of the course text, if it is told them', async () => {
    await write({ sources: ['S9-Q99'] });
    const [one] = await validateExercises(root, { sources: ['S0-P8'] });
    expect(one?.problems.join()).toContain('source S9-Q99 is no row');
  });

  it('takes only the ids that are asked for', async () => {
    await write();
    expect(await validateExercises(root, { ids: ['net-01'] })).toEqual([]);
  });
});

describe('what the project ships', () => {
  const labs = join(projectRoot, 'labs');

  it('validates', async () => {
    const bad = (await validateExercises(labs)).filter(({ problems }) => problems.length > 0);
    expect(bad).toEqual([]);
  });

  it('has a fresh JSON Schema: npx tsx scripts/exercises/write-schema.ts', async () => {
    const written = await readFile(join(labs, 'schema', 'exercise.schema.json'), 'utf8');
    expect(written).toBe(exerciseJsonSchema());
  });
});
