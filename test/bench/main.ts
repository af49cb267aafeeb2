import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { testLab, type TestLab } from '../support/lab.ts';
import { benchCni } from './cni.ts';
import { benchNet } from './net.ts';
import { benchPolicy } from './policy.ts';
import { add, asJson, report, type Samples } from './measure.ts';

/**
 * npm run bench -- up [N] [CNI…]       N times down and up with each pod network in turn (default flannel, labnet), by phases
 * npm run bench -- exercise ID [N]     N times reset, start and check of an exercise, on a lab without pod network
 * npm run bench -- reset [N] [--plain] N times lab reset from standby nodes (or without), with its phases; snapshot save, halt, start
 * npm run bench -- cni [N]             N times ADD and DEL through labnet and the reference plugins; milliseconds
 * npm run bench -- policy [N]          N times a new policy, from the event to the rules in force; milliseconds
 * npm run bench -- net [N]             N times throughput between pods: flannel and labnet, each mode
 * A lab of its own ("bench"). The last line is JSON. Run it on a machine that does nothing else.
 */
const [what = 'up', ...words] = process.argv.slice(2);
const lab = testLab('bench', '10.100.213.0/24');

async function timed<T>(samples: Samples, phase: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const value = await work();
  add(samples, phase, (performance.now() - began) / 1000);
  return value;
}

/** MiB that the host has in use, without caches. */
function usedMemory(): number {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const kib = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1]);
  return (kib('MemTotal') - kib('MemAvailable')) / 1024;
}

async function benchUp(of: TestLab, count: number, cnis: readonly string[]): Promise<Samples> {
  const samples: Samples = new Map();
  for (let run = 0; run < count; run++) {
    for (const cni of cnis) {
      await of.ok(['down', '--purge']);
      const before = usedMemory();
      const began = performance.now();
      const up = await of.json<{ steps: { id: string; seconds: number }[] }>([
        ...['up', '--cni', cni, '--network', of.network, '--json'],
      ]);
      const whole = (performance.now() - began) / 1000;
      const snapshot = up.steps.find(({ id }) => id === 'snapshot')?.seconds ?? 0;
      add(samples, `${cni}: lab up`, whole);
      add(samples, `${cni}: done means done`, whole - snapshot);
      for (const { id, seconds } of up.steps) add(samples, `${cni}:   ${id}`, seconds);
      await new Promise((resolve) => setTimeout(resolve, 15_000));
      const memory = (usedMemory() - before).toFixed(0);
      console.log(`run ${run + 1}, ${cni}: memory ${memory} MiB after 15 s`);
      await timed(samples, `${cni}: lab down`, () => of.ok(['down', '--purge']));
    }
  }
  return samples;
}

async function benchExercise(of: TestLab, id: string, count: number): Promise<Samples> {
  const samples: Samples = new Map();
  await of.ok(['up', '--cni', 'none', '--network', of.network]);
  for (let run = 0; run < count; run++) {
    await timed(samples, 'start', () => of.ok(['exercise', id]));
    await timed(samples, 'check', () => of.run(['exercise', 'check', id]));
    await of.ok(['exercise', 'reset', id]);
  }
  await of.ok(['down', '--purge']);
  return samples;
}

async function benchReset(of: TestLab, count: number, standby: boolean): Promise<Samples> {
  const samples: Samples = new Map();
  await of.ok(['up', '--cni', 'flannel', '--network', of.network]);
  for (let run = 0; run < count; run++) {
    if (standby) await timed(samples, 'lab standby', () => of.ok(['standby']));
    const reset = await timed(samples, 'lab reset', () =>
      of.json<{ steps: { id: string; seconds: number; kind: string }[] }>(['reset', '--json']),
    );
    for (const { id, seconds } of reset.steps) add(samples, `  ${id}`, seconds);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
  }
  for (let run = 0; run < Math.min(count, 5); run++) {
    const save = ['snapshot', 'save', 'bench', '--replace'];
    await timed(samples, 'lab snapshot save', () => of.ok(save));
    await of.ok(['halt']);
    await timed(samples, 'lab start', () => of.ok(['start']));
  }
  const { snapshots } = await of.json<{ snapshots: { name: string; bytes: number }[] }>([
    ...['snapshot', 'list', '--json'],
  ]);
  for (const { name, bytes } of snapshots) console.log(`snapshot ${name}: ${bytes / 1e6} MB`);
  await of.ok(['down', '--purge']);
  return samples;
}

const benches: Record<string, () => Promise<Samples>> = {
  up: () => benchUp(lab, Number(words[0] ?? 5), words[1] ? words.slice(1) : ['flannel', 'labnet']),
  exercise: () => benchExercise(lab, words[0] ?? 'cni-02', Number(words[1] ?? 5)),
  cni: () => benchCni(Number(words[0] ?? 100)),
  net: () => benchNet(lab, Number(words[0] ?? 2)),
  policy: () => benchPolicy(Number(words[0] ?? 50)),
  reset: () => benchReset(lab, Number(words[0] ?? 10), !words.includes('--plain')),
};
const bench = benches[what];
if (!bench)
  throw new Error(`no bench is called "${what}"; there are ${Object.keys(benches).join(', ')}`);
const samples = await bench();
console.log(report(what, samples));
console.log(JSON.stringify(asJson(samples)));
