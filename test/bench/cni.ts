import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { projectRoot } from '../../scripts/base/paths.ts';
import { buildPrograms, labnetNode } from '../support/labnet-node.ts';
import { add, type Samples } from './measure.ts';

const burst = 30;

/** ADD and DEL of labnet and of the reference plugins, side by side in one namespace. In milliseconds. */
export async function benchCni(runs: number): Promise<Samples> {
  const folder = await mkdtemp(join(tmpdir(), 'labnet-bench-'));
  const programs = join(folder, 'programs');
  await mkdir(programs);
  try {
    await buildPrograms(programs);
    await build({
      entryPoints: [join(projectRoot, 'test/bench/cni-child.ts')],
      outfile: join(programs, 'bench.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    const node = await labnetNode(programs);
    try {
      await node.startAgent();
      const pods: string[] = [];
      while (pods.length < burst) pods.push(await node.pod());
      const text = await node.run(
        [
          ...[process.execPath, join(programs, 'bench.mjs'), programs],
          ...[join(node.folder, 'agent.sock'), join(folder, 'host-local'), String(runs)],
          ...pods,
        ],
        { timeout: 600_000, cwd: projectRoot },
      );
      const samples: Samples = new Map();
      for (const [phase, values] of Object.entries(JSON.parse(text) as Record<string, number[]>)) {
        for (const value of values) add(samples, phase, value);
      }
      return samples;
    } finally {
      await node.close();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}
