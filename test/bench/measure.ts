/** Seconds (or what the bench says) of repeated runs, by phase. */
export type Samples = Map<string, number[]>;

export function add(samples: Samples, phase: string, seconds: number): void {
  samples.set(phase, [...(samples.get(phase) ?? []), seconds]);
}

/** The value below which the share of the samples lies (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** A table for people, phases in the order in which they were first seen. */
export function report(title: string, samples: Samples): string {
  const width = Math.max(24, ...[...samples.keys()].map((phase) => phase.length));
  const rows = [...samples].map(([phase, values]) => [
    phase.padEnd(width),
    percentile(values, 0.5).toFixed(1).padStart(7),
    percentile(values, 0.95).toFixed(1).padStart(7),
    percentile(values, 0.99).toFixed(1).padStart(7),
    Math.min(...values)
      .toFixed(1)
      .padStart(7),
    String(values.length).padStart(4),
  ]);
  const head = [title.padEnd(width), '    p50', '    p95', '    p99', '    min', ' n'].join(' ');
  return [head, ...rows.map((row) => row.join(' '))].join('\n');
}

export function asJson(samples: Samples): object {
  return Object.fromEntries(
    [...samples].map(([phase, values]) => [
      phase,
      { p50: percentile(values, 0.5), p95: percentile(values, 0.95), seconds: values },
    ]),
  );
}
