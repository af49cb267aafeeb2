import { LabError, usageError } from '../../base/errors.ts';
import { cniNames, type CniName } from '../../cluster/cni/names.ts';
import { loadExercises, type Exercise } from '../../exercises/load.ts';
import { reportProof, type Proof } from '../../exercises/proof.ts';
import { summarizeProofs } from '../../exercises/proof-summary.ts';
import { proveExercise } from '../../exercises/prove.ts';
import { exercisesSetUp } from '../../exercises/restored.ts';
import type { ClusterNeeds } from '../../exercises/schema.ts';
import { ensureCni } from '../../lab/cni-state.ts';
import { openEnvironment, requireRunning, type Environment } from '../../lab/environment.ts';
import { withLock } from '../../lab/lock.ts';
import { openSandboxLab } from '../../lab/sandbox.ts';
import { restoreStages } from '../../lab/snapshot/restore.ts';
import { findClean } from '../../lab/snapshot/store.ts';
import { runStages } from '../../lab/step.ts';
import { requireCni } from '../cni-name.ts';
import type { CommandContext } from '../context.ts';
import { labsFolder } from '../exercise-session.ts';
import { progressOf } from '../lab-progress.ts';
import { json, say } from '../print.ts';
import { refuseUnknownIds } from './labs-validate.ts';

/** The pod network to prove an exercise on: the configured one if it will do. */
function networkFor({ state, cni }: ClusterNeeds, configured: CniName): CniName {
  if (state === 'joined') return 'none';
  const possible = cniNames.filter((name) => cni.includes(name));
  const chosen = possible.includes(configured) ? configured : possible[0];
  if (chosen) return chosen;
  throw new LabError('needs-unmet', `no pod network of this lab is among: ${cni.join(', ')}`);
}

/** The lab as the exercise needs it: with that pod network, and clean where it asks for that. */
async function prepare(
  environment: Environment,
  needs: ClusterNeeds,
  configured: CniName,
  signal: AbortSignal,
): Promise<void> {
  const cni = networkFor(needs, configured);
  const clean = needs.clean ? await findClean(environment.spec, cni) : undefined;
  if (clean) {
    const quiet = { signal, onEvent: () => undefined };
    return runStages(restoreStages(environment, clean), environment, quiet);
  }
  await ensureCni(environment, cni, () => undefined, signal);
}

/** Those in a sandbox first; those that start without a pod network last, so that it is taken away only once. */
function inOrder(exercises: readonly Exercise[]): Exercise[] {
  const place = ({ spec: { needs } }: Exercise): number => {
    if ('sandbox' in needs) return 0;
    return needs.state === 'joined' ? 2 : 1;
  };
  return [...exercises].sort((a, b) => place(a) - place(b));
}

type Options = Omit<Parameters<typeof proveExercise>[2], 'prepare'>;

async function prove(
  exercise: Exercise,
  environment: Environment,
  only: CniName | undefined,
  options: Options & { signal: AbortSignal },
): Promise<Proof> {
  const { config, cluster } = environment;
  const { needs } = exercise.spec;
  const { signal } = options;
  if (!('sandbox' in needs)) {
    return proveExercise(exercise, cluster, {
      ...options,
      prepare: () => prepare(environment, needs, only ?? config.cni.name, signal),
    });
  }
  const lab = await openSandboxLab(config, needs.sandbox);
  try {
    return await proveExercise(exercise, lab.cluster, {
      ...options,
      prepare: () => lab.ensure(options.report ?? (() => undefined), signal),
    });
  } finally {
    lab.close();
  }
}

/** `2/3`: of each three the second. */
function shardOf(text: string | undefined): (exercise: Exercise, i: number) => boolean {
  if (text === undefined) return () => true;
  const [, part, of] = /^([1-9]\d*)\/([1-9]\d*)$/.exec(text) ?? [];
  if (part === undefined || Number(part) > Number(of)) {
    throw usageError('bad-shard', `--shard ${text}: write it as 2/3, the second of three`, {
      hint: 'lab labs prove --help',
    });
  }
  return (_, i) => i % Number(of) === Number(part) - 1;
}

/** A proof undoes the set-up, and the attempt would not know of it. @throws LabError `attempt-open` */
async function refuseOpenAttempts(
  chosen: readonly Exercise[],
  { spec }: Environment,
): Promise<void> {
  const open = await exercisesSetUp(progressOf(spec));
  const one = chosen.find((exercise) => exercise.spec.id in open);
  if (!one) return;
  throw usageError('attempt-open', `${one.spec.id} is started on this lab`, {
    why: 'a proof would undo what was done for it',
    hint: `lab exercise reset ${one.spec.id}   then the same command again`,
  });
}

/** Whether it can be started on this pod network; a sandbox has none. */
function runsOn({ spec: { needs } }: Exercise, cni: CniName | undefined): boolean {
  return cni === undefined || (!('sandbox' in needs) && needs.cni.includes(cni));
}

/** `lab labs prove [ID…]`: proves on the running lab that grading is right; exit code 1 if one is not. */
export async function run(
  ids: readonly string[],
  options: { cni?: string; quick?: boolean; shard?: string },
  context: CommandContext,
): Promise<number> {
  await refuseUnknownIds(ids);
  const { cni } = options;
  const only = cni === undefined ? undefined : requireCni(cni, 'lab labs prove --help');
  const all = await loadExercises(labsFolder);
  const named = all.filter(({ spec }) => ids.length === 0 || ids.includes(spec.id));
  const mine = shardOf(options.shard);
  const chosen = inOrder(named.filter((exercise) => runsOn(exercise, only))).filter(mine);
  const environment = await openEnvironment(await context.loadConfig());
  const { signal } = context;
  const { quick = false } = options;
  const report = (text: string): void => {
    if (context.verbose) say(`    ${text}`, process.stderr);
  };
  const onCluster = chosen.some(({ spec }) => !('sandbox' in spec.needs));
  const proofs: Proof[] = [];
  try {
    if (onCluster) await requireRunning(environment);
    await refuseOpenAttempts(chosen, environment);
    await withLock(environment.spec.stateDir, 'lab labs prove', async () => {
      for (const exercise of chosen) {
        const proof = await prove(exercise, environment, only, { report, signal, quick });
        proofs.push(proof);
        say(reportProof(proof), context.json ? process.stderr : process.stdout);
      }
      if (onCluster) await ensureCni(environment, environment.config.cni.name, report, signal);
    });
  } finally {
    environment.close();
  }
  const proven = proofs.filter((proof) => proof.proven).length;
  if (context.json) json({ proofs });
  else if (proofs.length > 1) say(summarizeProofs(proofs));
  if (!context.json) say(`exercises: ${proven} passed, ${proofs.length - proven} failed`);
  return proven === proofs.length ? 0 : 1;
}
