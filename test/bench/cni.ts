import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/base/paths.ts';
import { buildPrograms, bundle, labnetNode, type NodeOptions } from '../support/labnet-node.ts';
import type { Calls, Plugin } from './cni-child.ts';
import { add, type Samples } from './measure.ts';
import { crowd } from './policy-world.ts';

const burst = 30;
const names = Array.from({ length: burst }, (_, number) => `bench-${number}`);

const portmap = { type: 'portmap', capabilities: { portMappings: true } };
const routes = [{ dst: '0.0.0.0/0' }];

function reference(dataDir: string): Plugin[] {
  const ipam = { type: 'host-local', subnet: '10.244.7.0/24', routes, dataDir };
  return [{ type: 'bridge', bridge: 'ref0', isGateway: true, hairpinMode: true, ipam }, portmap];
}

/**
 * ADD and DEL of labnet and of the reference plugins, side by side in one namespace, and of labnet in a crowd of pods with
 * policies. In milliseconds.
 */
export async function benchCni(runs: number): Promise<Samples> {
  const folder = await mkdtemp(join(tmpdir(), 'labnet-bench-'));
  const programs = join(folder, 'programs');
  const samples: Samples = new Map();

  async function onNode(
    options: NodeOptions,
    chainsOf: (labnet: Plugin) => Calls['chains'],
  ): Promise<void> {
    const node = await labnetNode(programs, options);
    try {
      await node.startAgent();
      const pods: Calls['pods'] = {};
      for (const name of names) pods[name] = await node.pod();
      const chains = chainsOf({ type: 'labnet', socket: join(node.folder, 'agent.sock') });
      const calls = JSON.stringify({ programs, chains, runs, pods } satisfies Calls);
      const text = await node.run([process.execPath, join(programs, 'bench.mjs'), calls], {
        timeout: 600_000,
        cwd: projectRoot,
      });
      for (const [phase, values] of Object.entries(JSON.parse(text) as Record<string, number[]>)) {
        for (const value of values) add(samples, phase, value);
      }
    } finally {
      await node.close();
    }
  }

  await mkdir(programs);
  try {
    await buildPrograms(programs);
    await bundle('test/bench/cni-child.ts', join(programs, 'bench.mjs'));
    const chain = 'bridge + host-local + portmap';
    await onNode({}, (labnet) => ({
      labnet: [labnet],
      [chain]: reference(join(folder, 'host-local')),
    }));
    await onNode({ objects: crowd(names) }, (labnet) => ({ 'labnet, 100 policies': [labnet] }));
    return samples;
  } finally {
    await rm(folder, { recursive: true });
  }
}
