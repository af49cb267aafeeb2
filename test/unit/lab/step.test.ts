import { describe, expect, it } from 'vitest';
import { sleep } from '../../../scripts/base/until.ts';
import { runStages, type Stage, type Step, type StepEvent } from '../../../scripts/lab/step.ts';

/** What steps share here: a list of what happened. */
type Log = string[];

function step(id: string, over: Partial<Step<Log>> = {}): Step<Log> {
  return { id, title: id, explain: () => [], run: async (log) => void log.push(id), ...over };
}

/** Takes some time, which the signal can cut short. */
function slow(id: string, ms: number): Step<Log> {
  return step(id, {
    async run(log, _report, signal) {
      log.push(`${id} begins`);
      try {
        await sleep(ms, signal);
        log.push(`${id} ends`);
      } catch (error) {
        log.push(`${id} stops`);
        throw error;
      }
    },
  });
}

function failing(id: string, message: string, after = 0): Step<Log> {
  return step(id, {
    async run() {
      await sleep(after);
      throw new Error(message);
    },
  });
}

interface Outcome {
  log: Log;
  events: string[];
  error: unknown;
}

async function run(
  stages: Stage<Log>[],
  signal: AbortSignal = new AbortController().signal,
): Promise<Outcome> {
  const log: Log = [];
  const events: string[] = [];
  const onEvent = (event: StepEvent): void => {
    const detail = {
      started: () => '',
      progress: () => (event.kind === 'progress' ? `: ${event.text}` : ''),
      skipped: () => (event.kind === 'skipped' ? `: ${event.reason}` : ''),
      done: () => '',
      failed: () => (event.kind === 'failed' ? `: ${(event.error as Error).message}` : ''),
    }[event.kind]();
    events.push(`${event.id} ${event.kind}${detail}`);
    if ('seconds' in event) expect(event.seconds).toBeGreaterThanOrEqual(0);
  };
  const error: unknown = await runStages(stages, log, { signal, onEvent }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { log, events, error };
}

describe('steps', () => {
  it('run in order, one after the other, and say so', async () => {
    const second = step('b', {
      run: async (log, report) => {
        report('half way');
        log.push('b');
      },
    });
    const { log, events, error } = await run([slow('a', 10), second]);
    expect(error).toBeUndefined();
    expect(log).toEqual(['a begins', 'a ends', 'b']);
    expect(events).toEqual([
      ...['a started', 'a done'],
      ...['b started', 'b progress: half way', 'b done'],
    ]);
  });

  it('are left out when nothing is left to do', async () => {
    const { log, events } = await run([
      step('a', { skip: async () => 'the API server answers' }),
      step('b', { skip: async () => undefined }),
    ]);
    expect(log).toEqual(['b']);
    expect(events).toEqual([
      ...['a started', 'a skipped: the API server answers'],
      ...['b started', 'b done'],
    ]);
  });

  it('stop at the first failure', async () => {
    const { log, events, error } = await run([step('a'), failing('b', 'broken'), step('c')]);
    expect((error as Error).message).toBe('broken');
    expect(log).toEqual(['a']);
    expect(events.slice(2)).toEqual(['b started', 'b failed: broken']);
  });

  it('fail also when it cannot be found out whether they are needed', async () => {
    const skip = async (): Promise<string> => {
      throw new Error('node1 does not answer');
    };
    const { log, events } = await run([step('a', { skip })]);
    expect(log).toEqual([]);
    expect(events).toEqual(['a started', 'a failed: node1 does not answer']);
  });
});

describe('groups', () => {
  it('run their parts in order or side by side', async () => {
    const { log } = await run([
      { id: 'o', title: 'in order', inOrder: [slow('a', 20), slow('b', 1)] },
      { id: 't', title: 'together', together: [slow('c', 500), slow('d', 5)] },
      step('e'),
    ]);
    expect(log).toEqual([
      ...['a begins', 'a ends', 'b begins', 'b ends'],
      ...['c begins', 'd begins', 'd ends', 'c ends'],
      'e',
    ]);
  });

  it('may hold groups', async () => {
    const chain: Stage<Log> = { id: 'x', title: 'x', inOrder: [slow('a', 5), slow('b', 5)] };
    const { log } = await run([{ id: 't', title: 't', together: [chain, slow('c', 500)] }]);
    expect(log).toEqual(['a begins', 'c begins', 'a ends', 'b begins', 'b ends', 'c ends']);
  });

  it('stop all parts at the first failure, and wait until each has ended', async () => {
    const stubborn = step('d', {
      async run(log) {
        await sleep(60);
        log.push('d ends in its own time');
      },
    });
    const { log, events, error } = await run([
      {
        id: 't',
        title: 't',
        together: [
          failing('a', 'first', 10),
          slow('b', 60_000),
          failing('c', 'second', 40),
          stubborn,
        ],
      },
      step('e'),
    ]);
    expect((error as Error).message).toBe('first');
    expect(log).toEqual(['b begins', 'b stops', 'd ends in its own time']);
    expect(events.slice(4)).toEqual([
      'a failed: first',
      'b failed: first',
      'c failed: second',
      'd done',
    ]);
  });

  it('begin no further part of a chain once another part has failed', async () => {
    const chain: Stage<Log> = { id: 'x', title: 'x', inOrder: [stubbornly('a', 40), step('b')] };
    const { log, events } = await run([
      { id: 't', title: 't', together: [chain, failing('c', 'broken', 5)] },
    ]);
    expect(log).toEqual(['a']);
    expect(events).not.toContain('b started');
  });
});

/** Ends in its own time, whatever the signal says. */
function stubbornly(id: string, ms: number): Step<Log> {
  return step(id, {
    async run(log) {
      await sleep(ms);
      log.push(id);
    },
  });
}

describe('the signal', () => {
  const reason = new Error('stopped by Ctrl-C');

  it('stops the step that runs, and no other begins', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 10);
    const { log, events, error } = await run([slow('a', 60_000), step('b')], controller.signal);
    expect(error).toBe(reason);
    expect(log).toEqual(['a begins', 'a stops']);
    expect(events).toEqual(['a started', 'a failed: stopped by Ctrl-C']);
  });

  it('reaches the parts of a group', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 10);
    const together = [slow('a', 60_000), slow('b', 60_000)];
    const { log, error } = await run([{ id: 't', title: 't', together }], controller.signal);
    expect(error).toBe(reason);
    expect(log).toEqual(['a begins', 'b begins', 'a stops', 'b stops']);
  });

  it('that has aborted before lets nothing begin', async () => {
    const { events, error } = await run([step('a')], AbortSignal.abort(reason));
    expect([events, error]).toEqual([[], reason]);
  });

  it('that aborts while a step looks whether it is needed keeps it from running', async () => {
    const controller = new AbortController();
    const skip = async (): Promise<undefined> => void controller.abort(reason);
    const { log, error } = await run([step('a', { skip })], controller.signal);
    expect([log, error]).toEqual([[], reason]);
  });
});
