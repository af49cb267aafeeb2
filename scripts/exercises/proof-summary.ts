import type { Proof } from './proof.ts';

/** The value below which half of them are; undefined for none. */
function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

function slowest(proofs: readonly Proof[], of: (proof: Proof) => readonly number[]): string {
  const all = proofs.flatMap((proof) => {
    const value = median(of(proof));
    return value === undefined ? [] : [{ id: proof.id, value }];
  });
  const first = all.sort((a, b) => b.value - a.value).slice(0, 5);
  return first.map(({ id, value }) => `${id} ${value.toFixed(1)}`).join(', ');
}

function line(name: string, proofs: readonly Proof[], of: (proof: Proof) => number[]): string {
  const p50 = median(proofs.flatMap(of)) ?? 0;
  return `${name}: p50 ${p50.toFixed(1)} s; slowest, by their own p50: ${slowest(proofs, of)}`;
}

/** What learners wait for, over all exercises, and in which states of the proofs each criterion fails. */
export function summarizeProofs(proofs: readonly Proof[]): string {
  const seconds = proofs.flatMap(({ statements }) => statements).map((one) => one.seconds);
  const total = seconds.reduce((sum, one) => sum + one, 0);
  const criteria = proofs.flatMap(({ failsIn }) => Object.values(failsIn));
  const seen = criteria.filter((names) => names.length > 0);
  return [
    line('start', proofs, ({ starts }) => starts),
    line('check', proofs, ({ checks }) => checks),
    line('proof', proofs, ({ statements }) => [statements.reduce((s, one) => s + one.seconds, 0)]),
    `criteria: ${criteria.length}, of which ${seen.length} fail in a wrong answer; all in ${(total / 60).toFixed(1)} min`,
  ].join('\n');
}
