import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../scripts/base/paths.ts';
import { courseProblems, loadCourse } from '../../../scripts/exercises/course.ts';
import type { Exercise } from '../../../scripts/exercises/load.ts';
import { nextExercise } from '../../../scripts/exercises/next.ts';
import { coverageProblems, type SourceText } from '../../../scripts/exercises/sources.ts';
import { summarize, type SummaryRow } from '../../../scripts/exercises/summary.ts';
import { trackPages } from '../../../scripts/exercises/track-pages.ts';
import { loadTracks, type Track } from '../../../scripts/exercises/tracks.ts';
import { exerciseOf } from '../../support/checking.ts';

const labs = join(projectRoot, 'labs');

function exercise(id: string, sources: string[] = ['ext']): Exercise {
  const spec = exerciseOf({ id, track: id.split('-')[0], sources });
  return { spec, folder: '/x', task: '', debrief: '' };
}

const tracks: Track[] = [
  { id: 'net', title: 'Nets', about: 'a', after: [] },
  { id: 'cni', title: 'CNI', about: 'b', after: ['net'] },
  { id: 'pod', title: 'Pods', about: 'c', after: ['cni'] },
];
const exercises = ['cni-01', 'cni-02', 'net-01', 'net-02', 'pod-01'].map((id) => exercise(id));

describe('the tracks', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'tracks-'));
  });
  afterAll(() => rm(root, { recursive: true }));
  const load = async (text: string): Promise<Track[]> => {
    await mkdir(root, { recursive: true });
    await writeFile(join(root, 'tracks.yaml'), text);
    return loadTracks(root);
  };

  it('stand in an order in which each comes after those that it builds on', async () => {
    const fine =
      'tracks:\n  - {id: a, title: A, about: x}\n  - {id: b, title: B, about: x, after: [a]}';
    expect((await load(fine)).map(({ id }) => id)).toEqual(['a', 'b']);
    const wrong = fine.replace('after: [a]', 'after: [c]').replace('id: b', 'id: a');
    await expect(load(wrong)).rejects.toMatchObject({
      details: expect.stringMatching(/"a" stands there twice[^]*"c" does not stand above it/),
    });
  });

  it('give the exercises their order', () => {
    const ids = summarize(exercises, tracks, {}).map(({ id }) => id);
    expect(ids).toEqual(['net-01', 'net-02', 'cni-01', 'cni-02', 'pod-01']);
  });
});

describe('what is next', () => {
  const rows = (states: Record<string, SummaryRow['state']>): SummaryRow[] =>
    summarize(exercises, tracks, {}).map((row) => ({ ...row, state: states[row.id] ?? 'new' }));
  const next = (states: Record<string, SummaryRow['state']>): [string?, string?, string[]?] => {
    const found = nextExercise(rows(states), tracks);
    return [found?.row.id, found?.why, found?.open];
  };

  it('is the first, at the beginning', () => expect(next({})).toEqual(['net-01', 'first', []]));

  it('is what was begun', () => {
    expect(next({ 'net-01': 'solved', 'pod-01': 'started' })).toEqual(['pod-01', 'begun', ['cni']]);
  });

  it('goes on in the track that the learner is in, and tells what it builds on', () => {
    expect(next({ 'cni-01': 'solved' })).toEqual(['cni-02', 'goes on', ['net']]);
  });

  it('goes on to the next track that has something open', () => {
    expect(next({ 'net-01': 'solved', 'net-02': 'solved' })).toEqual(['cni-01', 'first', []]);
  });

  it('is nothing when all is solved', () => {
    const all = Object.fromEntries(exercises.map(({ spec }) => [spec.id, 'solved' as const]));
    expect(next(all)).toEqual([undefined, undefined, undefined]);
  });
});

describe('the rows of the course texts', () => {
  const text = (row: Partial<SourceText['rows'][number]>): SourceText[] => {
    const base = { id: 'S0-C1', title: 'A thing', exercises: [], toolkit: [], docs: [] };
    return [{ id: 'S0', title: 'A text', rows: [{ ...base, ...row }] }];
  };
  const problems = (row: Parameters<typeof text>[0], all: Exercise[] = []): string[] =>
    coverageProblems(text(row), all);

  it('have a home: an exercise, a command, a document, or one to come', () => {
    expect(problems({}, [exercise('net-01', ['S0-C1'])])).toEqual([]);
    expect(problems({ toolkit: ['lab up'] })).toEqual([]);
    expect(problems({ docs: ['README.md'] })).toEqual([]);
    expect(problems({ exercises: ['net-09'] })).toEqual([]);
    expect(problems({})).toEqual(['sources.yaml: S0-C1 (A thing) has no home']);
  });

  it('have a home that knows of it', () => {
    const wish = { exercises: ['net-01'] };
    expect(problems(wish, [exercise('net-01')])).toEqual([
      'sources.yaml: S0-C1 is to be covered by net-01, which does not name it',
      'sources.yaml: S0-C1 (A thing) has no home',
    ]);
    expect(problems({ docs: ['docs/nowhere.md'] })).toEqual([
      'sources.yaml: S0-C1 is to be covered by docs/nowhere.md, which is not there',
    ]);
  });
});

describe('the course', () => {
  it('has a track for each exercise', () => {
    const course = { tracks: tracks.slice(0, 2), exercises, texts: [] };
    expect(courseProblems(course)).toEqual([
      'tracks.yaml: has no track pod, but there are exercises of it',
    ]);
  });

  it('is complete as it is here', async () => {
    expect(courseProblems(await loadCourse(labs))).toEqual([]);
  });

  it('has fresh pages: npm run tracks', async () => {
    const pages = trackPages(await loadCourse(labs));
    const folder = join(projectRoot, 'docs', 'tracks');
    expect((await readdir(folder)).sort()).toEqual([...pages.keys()].sort());
    for (const [name, text] of pages) {
      expect(await readFile(join(folder, name), 'utf8'), name).toBe(text);
    }
  });
});
