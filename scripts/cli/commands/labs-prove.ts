import { LabError } from '../../base/errors.ts';
import { cniNames, type CniName } from '../../cluster/cni/names.ts';
import { proveExercise } from '../../exercises/prove.ts';
import { reportProof, type Proof } from '../../exercises/proof.ts';
import type { Exercise } from '../../exercises/load.ts';
import { ensureCni } from '../../lab/cni-state.ts';
import { openEnvironment, requireRunning, type Environment } from '../../lab/environment.ts';
import { withLock } from '../../lab/lock.ts';
import { restoreStages } from '../../lab/snapshot/restore.ts';
import { findClean } from '../../lab/snapshot/store.ts';
import { runStages } from '../../lab/step.ts';
import type { CommandContext } from '../context.ts';
import { withSession } from '../exercise-session.ts';
import { json, say } from '../print.ts';
import { refuseUnknownIds } from './labs-validate.ts';

type Needs = Exercise['spec']['needs'];

/** The pod network to prove an exercise on: the configured one if it will do. */
function networkFor({ state, cni }: Needs, configured: CniName): CniName {
  if (state === 'joined') return 'none';
  const possible = cniNames.filter((name) => cni.some((one) => one === name));
  const chosen = possible.includes(configured) ? configured : possible[0];
  if (chosen) return chosen;
  throw new LabError('needs-unmet', `no pod network of this lab is among: ${cni.join(', ')}`);
}

/** The lab as the exercise needs it: with that pod network, and clean where it asks for that. */
async function prepare(
  environment: Environment,
  needs: Needs,
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

/** Exercises that start without a pod network come last, so that it is taken away only once. */
function inOrder(exercises: readonly Exercise[]): Exercise[] {
  const late = ({ spec }: Exercise): number => (spec.needs.state === 'joined' ? 1 : 0);
  return [...exercises].sort((a, b) => late(a) - late(b));
}

/** `lab labs prove [ID…]`: proves on the running lab that grading is right; exit code 1 if one is not. */
export async function run(
  ids: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<number> {
  await refuseUnknownIds(ids);
  const environment = await openEnvironment(await context.loadConfig());
  const { signal } = context;
  const configured = environment.config.cni.name;
  const report = (text: string): void => say(`    ${text}`, process.stderr);
  const quiet = (): void => undefined;
  const proofs: Proof[] = [];
  try {
    await requireRunning(environment);
    await withLock(environment.spec.stateDir, 'lab labs prove', () =>
      withSession(context, { running: true, grades: true }, async ({ exercises, session }) => {
        const chosen = exercises.filter(({ spec }) => ids.length === 0 || ids.includes(spec.id));
        for (const exercise of inOrder(chosen)) {
          const proof = await proveExercise(exercise, session.cluster, {
            prepare: (needs) => prepare(environment, needs, configured, signal),
            report: context.verbose ? report : quiet,
            signal,
          });
          proofs.push(proof);
          say(reportProof(proof), context.json ? process.stderr : process.stdout);
        }
        await ensureCni(environment, configured, report, signal);
      }),
    );
  } finally {
    environment.close();
  }
  const proven = proofs.filter((proof) => proof.proven).length;
  if (context.json) json({ proofs });
  else say(`exercises: ${proven} passed, ${proofs.length - proven} failed`);
  return proven === proofs.length ? 0 : 1;
}
