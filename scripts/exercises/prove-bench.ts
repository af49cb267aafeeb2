import { LabError, messageOf } from '../base/errors.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { takeDigests, type Watch } from './digest.ts';
import type { Exercise } from './load.ts';
import type { Proof } from './proof.ts';
import { sandboxDigests } from './sandbox-digest.ts';
import type { Needs } from './schema.ts';
import type { Session } from './session.ts';

export interface ProveOptions {
  /** Brings the lab into the state that an exercise starts from; called before each start. */
  prepare: (needs: Needs) => Promise<void>;
  report?: (text: string) => void;
  signal?: AbortSignal;
  /** Leave out the wrong answers, which take most of the time: what they score does not depend on the lab. */
  quick?: boolean;
  /** Milliseconds for which nothing may change before the lab counts as at rest; default 1000. */
  rest?: number;
  /** Milliseconds that the lab has to come to rest after set-up and undo; default 30 000. */
  patience?: number;
}

/** Where an exercise is proven, and with what. */
export interface Bench {
  exercise: Exercise;
  session: Session;
  options: ProveOptions;
  proof: Proof;
  watch: Watch;
}

class Refuted extends Error {}

/** A statement does not hold. */
export function refute(problem: string): never {
  throw new Refuted(problem);
}

export function explain(error: unknown): string {
  if (error instanceof LabError) {
    return [error.message, error.why, error.details].filter(Boolean).join('\n');
  }
  return error instanceof Refuted
    ? error.message
    : `${messageOf(error)}\n${(error as Error).stack ?? ''}`;
}

/** Tries a statement; the lab not doing what it should is a failure of the proof, explained. */
export async function claim(
  bench: Bench,
  title: string,
  test: () => Promise<void>,
): Promise<boolean> {
  const { proof, options } = bench;
  options.signal?.throwIfAborted();
  options.report?.(`${proof.id}: ${title}`);
  const began = performance.now();
  let problem: string | undefined;
  try {
    await test();
  } catch (error) {
    if (options.signal?.aborted) throw error;
    problem = explain(error);
  }
  const seconds = (performance.now() - began) / 1000;
  const holds = problem === undefined;
  proof.statements.push({ title, holds, seconds, ...(holds ? {} : { problem }) });
  return holds;
}

export async function timed<T>(into: number[], work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const value = await work();
  into.push((performance.now() - began) / 1000);
  return value;
}

export function watchOf(
  { spec }: Exercise,
  cluster: Cluster,
  { rest = 1000 }: ProveOptions,
): Watch {
  const node = cluster.controlPlane;
  const bare = 'sandbox' in spec.needs;
  return {
    look: () => (bare ? sandboxDigests(node) : takeDigests(cluster)),
    // Nobody but the exercise does anything in a sandbox.
    pause: bare ? Math.min(rest, 200) : rest,
    slowness: node.slowness,
  };
}
