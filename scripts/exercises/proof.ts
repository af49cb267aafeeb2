/** One statement about an exercise, and whether it holds. */
export interface Statement {
  title: string;
  holds: boolean;
  /** What was seen instead. */
  problem?: string;
  seconds: number;
}

export interface Proof {
  id: string;
  proven: boolean;
  statements: Statement[];
  /** Seconds of each start and of each check: what a learner waits for. */
  starts: number[];
  checks: number[];
  /** Criterion -> wrong answers in which it fails. */
  failsIn: Record<string, string[]>;
}

/** A proof in words: one line per statement, with what was seen where it does not hold. */
export function reportProof(proof: Proof): string {
  const lines = proof.statements.flatMap(({ title, holds, problem, seconds }) => [
    `  ${holds ? 'ok  ' : 'FAIL'} ${title} (${seconds.toFixed(1)} s)`,
    ...(problem === undefined ? [] : problem.split('\n').map((line) => `         ${line}`)),
  ]);
  return [`${proof.id}: ${proof.proven ? 'proven' : 'NOT proven'}`, ...lines].join('\n');
}
