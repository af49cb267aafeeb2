import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../../scripts/base/paths.ts';
import type { ApiPod } from '../../scripts/labnet/policy/api.ts';
import { buildPrograms, bundle, labnetNode } from '../support/labnet-node.ts';
import type { LabnetNode, NodeOptions } from '../support/labnet-node.ts';
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

async function startOthers(node: LabnetNode, pods: readonly ApiPod[]): Promise<void> {
  for (const { metadata, spec, status } of pods) {
    const own = spec.nodeName === 'node-1' && status?.phase === 'Running' && !spec.hostNetwork;
    if (!own) continue;
    const names = `K8S_POD_NAMESPACE=${metadata.namespace};K8S_POD_NAME=${metadata.name}`;
    const { exit, text } = await node.call('ADD', {
      ...{ netns: await node.pod(), env: { CNI_ARGS: `IgnoreUnknown=1;${names}` } },
    });
    if (exit !== 0) throw new Error(`${metadata.name}: ${text}`);
  }
}

/**
 * ADD and DEL of labnet and of the reference plugins, side by side in one namespace, and of labnet in a crowd of pods with
 * policies. In milliseconds.
 */
export async function benchCni(runs: number): Promise<Samples> {
  const folder = await mkdtemp(join(tmpdir(), 'labnet-bench-'));
  const programs = join(folder, 'programs');
  const samples: Samples = new Map();

  /** @param others Also starts all the other pods of the node first. */
  async function onNode(
    { others = false, ...options }: NodeOptions & { others?: boolean },
    chainsOf: (labnet: Plugin) => Calls['chains'],
  ): Promise<void> {
    const node = await labnetNode(programs, options);
    try {
      await node.startAgent();
      if (others) await startOthers(node, options.objects?.pods ?? []);
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
    const objects = crowd(names);
    await onNode({ objects }, (labnet) => ({ 'labnet, the only pod under 24 policies': [labnet] }));
    await onNode({ objects, others: true }, (labnet) => ({
      'labnet, 24 policies, among 110 pods under 100': [labnet],
    }));
    return samples;
  } finally {
    await rm(folder, { recursive: true });
  }
}
