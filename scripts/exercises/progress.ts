import { appendFile, mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { LabError } from '../base/errors.ts';
import { readIfExists, writeAtomic } from '../base/files.ts';
import { sleep } from '../base/until.ts';
import type { Result } from './outcome.ts';

const score = z.object({ score: z.number(), max: z.number(), at: z.string() });

const record = z.object({
  /** Counts from 1; `reset` ends it. */
  attempt: z.number().int(),
  /** ISO time; missing when it is not started, or was reset. */
  started: z.string().optional(),
  /** Which cluster it was set up on. */
  cluster: z.string().optional(),
  /** Setup began; until `started` is set too, it may be half done. */
  settingUp: z.boolean().optional(),
  vars: z.record(z.string(), z.string()).default({}),
  facts: z.record(z.string(), z.array(z.string())).default({}),
  answers: z
    .record(z.string(), z.union([z.string(), z.record(z.string(), z.string())]))
    .default({}),
  /** How many hints were given in this attempt. */
  hints: z.number().int().default(0),
  checks: z.number().int().default(0),
  last: score.optional(),
  best: score.optional(),
  /** ISO time of the first full marks. */
  solved: z.string().optional(),
  /** ISO time at which the solution was shown. */
  solution: z.string().optional(),
});
export type ExerciseRecord = z.infer<typeof record>;

const file = z.object({ version: z.literal(1), exercises: z.record(z.string(), record) });
type File = z.infer<typeof file>;

/** One line of the log. */
export type LogEvent = { id: string } & (
  | { event: 'start' | 'reset' | 'solution' }
  | { event: 'answer'; part: string; value: unknown }
  | { event: 'hint'; tier: number }
  | { event: 'check'; result: Result }
);
export type LogLine = LogEvent & { at: string };

/** What learners did in one environment: progress.json is the state, log.jsonl the history. */
export interface Progress {
  all(): Promise<Readonly<Record<string, ExerciseRecord>>>;
  read(id: string): Promise<ExerciseRecord>;
  /** Reads, changes and writes one record; safe against another process that does the same. */
  update(id: string, change: (before: ExerciseRecord) => ExerciseRecord): Promise<ExerciseRecord>;
  log(event: LogEvent): Promise<void>;
  /** The history; lines that a crash has torn are left out. */
  history(): Promise<LogLine[]>;
}

const untouched: ExerciseRecord = {
  attempt: 1,
  vars: {},
  facts: {},
  answers: {},
  hints: 0,
  checks: 0,
};

async function readState(path: string): Promise<File> {
  const text = await readIfExists(path);
  if (text === undefined) return { version: 1, exercises: {} };
  try {
    return file.parse(JSON.parse(text));
  } catch (cause) {
    throw new LabError('bad-progress', `${path} cannot be read`, {
      why: 'it is damaged, or a newer version of lab wrote it',
      hint: `move it away to begin anew: mv ${path} ${path}.old`,
      cause,
    });
  }
}

const staleAfter = 10_000;

/** Holds a lock file while it works; a lock that is older than ten seconds was left by a crash. */
async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  for (;;) {
    try {
      await (await open(path, 'wx')).close();
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const age = await stat(path).then(
        ({ mtimeMs }) => Date.now() - mtimeMs,
        () => 0,
      );
      if (age > staleAfter) await rm(path, { force: true });
      else await sleep(20);
    }
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** Appends one line, on a line of its own even if a crash has torn the one before. */
async function appendLine(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const before = (await readIfExists(path)) ?? '';
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  await appendFile(path, `${gap}${text}\n`);
}

function parseLines(text: string): LogLine[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as LogLine];
    } catch {
      return [];
    }
  });
}

/** The progress kept in this folder, which is made when something is first written. */
export function openProgress(folder: string): Progress {
  const statePath = join(folder, 'progress.json');
  const logPath = join(folder, 'log.jsonl');
  const lockPath = join(folder, 'progress.lock');
  return {
    async all() {
      return (await readState(statePath)).exercises;
    },
    async read(id) {
      return (await readState(statePath)).exercises[id] ?? untouched;
    },
    update: (id, change) =>
      locked(lockPath, async () => {
        const state = await readState(statePath);
        const after = change(state.exercises[id] ?? untouched);
        const exercises = { ...state.exercises, [id]: after };
        await writeAtomic(statePath, `${JSON.stringify({ version: 1, exercises }, null, 2)}\n`);
        return after;
      }),
    log: (event) => {
      const line: LogLine = { at: new Date().toISOString(), ...event };
      return locked(lockPath, () => appendLine(logPath, JSON.stringify(line)));
    },
    async history() {
      return parseLines((await readIfExists(logPath)) ?? '');
    },
  };
}
