import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../scripts/base/errors.ts';
import { sleep, until, type Attempt } from '../../../scripts/base/until.ts';

const not = (state: string): Attempt<never> => ({ done: false, state });

async function failure(promise: Promise<unknown>): Promise<LabError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LabError);
  return error as LabError;
}

describe('until', () => {
  it('gives what the first successful attempt found', async () => {
    let tries = 0;
    const attempt = async (): Promise<Attempt<number>> =>
      ++tries < 3 ? not('soon') : { done: true, value: tries };
    expect(await until(attempt, { describe: 'three', timeout: 1000, interval: 1 })).toBe(3);
  });

  it('tries once even without any time', async () => {
    const attempt = async (): Promise<Attempt<string>> => ({ done: true, value: 'at once' });
    expect(await until(attempt, { describe: 'x', timeout: 0 })).toBe('at once');
  });

  it('waits longer for slow machines, and asks them less often', async () => {
    let tries = 0;
    const attempt = async (): Promise<Attempt<never>> => not(`try ${++tries}`);
    const options = { describe: 'x', timeout: 20, interval: 15, slowness: 10 };
    const error = await failure(until(attempt, options));
    expect(error.message).toBe('Waited 0.2 s for: x');
    expect(tries).toBe(3);
  });

  it('gives up at the deadline and tells what it saw last', async () => {
    const began = Date.now();
    let tries = 0;
    const error = await failure(
      until(async () => not(`try ${++tries}`), {
        describe: 'node1 answers ssh',
        timeout: 60,
        interval: 10,
        hint: 'lab status',
      }),
    );
    expect(Date.now() - began).toBeGreaterThanOrEqual(60);
    expect(Date.now() - began).toBeLessThan(2000);
    expect(tries).toBeGreaterThan(1);
    expect(error).toMatchObject({
      code: 'timeout',
      message: 'Waited 0.06 s for: node1 answers ssh',
      why: `last seen: try ${tries}`,
      hint: 'lab status',
    });
  });

  it('pauses between attempts', async () => {
    let tries = 0;
    await failure(
      until(async () => not(String(++tries)), { describe: 'x', timeout: 100, interval: 50 }),
    );
    expect(tries).toBeLessThanOrEqual(3);
  });

  it('takes an attempt that throws for "not yet"', async () => {
    const error = await failure(
      until(
        async () => {
          throw new Error('connection refused');
        },
        { describe: 'the API server', timeout: 5, interval: 1 },
      ),
    );
    expect(error.why).toBe('last seen: connection refused');

    let tries = 0;
    const value = await until(
      async () => {
        if (++tries < 3) throw new Error('not yet');
        return { done: true, value: 'there' };
      },
      { describe: 'x', timeout: 1000, interval: 1 },
    );
    expect(value).toBe('there');
  });

  it('ends at once when the signal aborts between two attempts', async () => {
    const controller = new AbortController();
    const reason = new Error('Ctrl-C');
    let tries = 0;
    const waiting = until(async () => not(String(++tries)), {
      describe: 'x',
      timeout: 60_000,
      interval: 60_000,
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(reason), 10);
    await expect(waiting).rejects.toBe(reason);
    expect(tries).toBe(1);
  });

  it('does not go on when an attempt fails because of the abort', async () => {
    const controller = new AbortController();
    const reason = new Error('Ctrl-C');
    let tries = 0;
    const waiting = until(
      async () => {
        tries++;
        controller.abort(reason);
        throw new Error('the connection was lost');
      },
      { describe: 'x', timeout: 60_000, interval: 1, signal: controller.signal },
    );
    await expect(waiting).rejects.toBe(reason);
    expect(tries).toBe(1);
  });

  it('does not even try when the signal has aborted before', async () => {
    const reason = new Error('Ctrl-C');
    const attempt = async (): Promise<Attempt<void>> => {
      throw new Error('tried');
    };
    const options = { describe: 'x', timeout: 1000, signal: AbortSignal.abort(reason) };
    await expect(until(attempt, options)).rejects.toBe(reason);
  });
});

describe('sleep', () => {
  it('leaves neither a listener nor a timer, however it ends', async () => {
    const { signal } = new AbortController();
    await sleep(1, signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);

    const controller = new AbortController();
    const sleeping = sleep(60_000, controller.signal);
    const timers = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    controller.abort(new Error('stop'));
    await expect(sleeping).rejects.toThrow('stop');
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    // A timer that is left would keep the program from ending.
    expect(timers()).toBe(before - 1);
  });
});
