import { describe, expect, it } from 'vitest';
import { clusterSettings, environmentSpec, loadConfig } from '../../../scripts/lab/config.ts';
import type { Overrides } from '../../../scripts/lab/config.ts';
import type { Environment } from '../../../scripts/lab/environment.ts';
import { isStep, type Stage } from '../../../scripts/lab/step.ts';
import { stops, upStages, type Stop } from '../../../scripts/lab/up.ts';
import type { Engine } from '../../../scripts/nodes/engine.ts';
import { containerProvider } from '../../../scripts/nodes/providers/container.ts';
import { fakeNode } from '../../support/fake-node.ts';

/** An environment as `lab up` opens it, with nodes that nobody may ask anything. */
async function environment(overrides: Overrides = {}): Promise<Environment> {
  const config = await loadConfig({ cwd: '/', remember: false, overrides });
  const spec = environmentSpec(config);
  const nodes = spec.nodes.map(({ name, role, address }) => fakeNode(name, role, address));
  const [controlPlane, ...workers] = nodes;
  if (!controlPlane) throw new Error('no control plane');
  const cluster = {
    ...{ name: config.name, nodes, controlPlane, workers },
    settings: clusterSettings(config),
  };
  const engine = { name: 'podman' } as Engine;
  const supply = (): never => {
    throw new Error('nothing is made here');
  };
  const provider = containerProvider({ engine, environment: spec, supply });
  return { config, spec, cluster, provider } as unknown as Environment;
}

/** The steps as text: in order from top to bottom, side by side in one line. */
function story(stages: readonly Stage<Environment>[]): string {
  return stages
    .map((stage) => {
      if (isStep(stage)) return stage.id;
      const parts = [...(stage.inOrder ?? []), ...(stage.together ?? [])];
      return `${stage.id}: ${parts.map((one) => one.id).join(' | ')}`;
    })
    .join('\n');
}

function steps(stages: readonly Stage<Environment>[]): Stage<Environment>[] {
  return stages.flatMap((stage) =>
    isStep(stage) ? [stage] : steps([...(stage.inOrder ?? []), ...(stage.together ?? [])]),
  );
}

const start = 'host\nsupply\nnetwork';
const nodes = `nodes: node-master | node-node1 | node-node2`;

describe('lab up', () => {
  it.each<[string, Stop | undefined, Overrides, string]>([
    [
      'goes all the way by itself',
      undefined,
      {},
      `${start}
clean
${nodes}
init
join: join-node1 | join-node2 | cni | kubeconfig
done: ready | dns | verify
settled
snapshot`,
    ],
    ['until nodes leaves kubeadm to the learner', 'nodes', {}, `${start}\n${nodes}`],
    [
      'until init has a control plane and its DNS',
      'init',
      {},
      `${start}\n${nodes}\ninit\nkubeconfig\ndns`,
    ],
    [
      'until join has no pod network yet',
      'join',
      {},
      `${start}\n${nodes}\ninit\njoin: join-node1 | join-node2 | kubeconfig\ndns`,
    ],
    [
      'until cni waits for Ready nodes, not for DNS',
      'cni',
      {},
      `${start}\n${nodes}\ninit\njoin: join-node1 | join-node2 | cni | kubeconfig\ndone: ready | dns`,
    ],
    [
      'without a pod network neither waits nor proves',
      undefined,
      { cni: 'none' },
      `${start}\nclean\n${nodes}\ninit\njoin: join-node1 | join-node2 | kubeconfig\ndns\nsettled\nsnapshot`,
    ],
    [
      'without a pod network has nothing to do for cni',
      'cni',
      { cni: 'none' },
      `${start}\n${nodes}\ninit\njoin: join-node1 | join-node2 | kubeconfig\ndns`,
    ],
    [
      'with another pod network is the same story',
      undefined,
      { cni: 'weave', workers: 1 },
      `${start}
clean
nodes: node-master | node-node1
init
join: join-node1 | cni | kubeconfig
done: ready | dns | verify
settled
snapshot`,
    ],
  ])('%s', async (_, until, overrides, expected) => {
    expect(story(upStages(await environment(overrides), { until }))).toBe(expected);
  });

  it('names every step once, whatever the stop', async () => {
    for (const until of [undefined, ...stops]) {
      const ids = steps(upStages(await environment(), { until })).map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});

describe('lab up --explain', () => {
  async function explained(overrides: Overrides = {}): Promise<string> {
    const context = await environment(overrides);
    return steps(upStages(context))
      .flatMap((stage) => (isStep(stage) ? stage.explain(context) : []))
      .join('\n');
  }

  it('has something for each step', async () => {
    const context = await environment();
    for (const stage of steps(upStages(context))) {
      const lines = isStep(stage) ? stage.explain(context) : [];
      expect([stage.id, lines.length > 0]).toEqual([stage.id, true]);
      for (const line of lines) expect(line).not.toMatch(/undefined|\[object|\n/);
    }
  });

  it('shows the commands of the course, with the addresses of this lab', async () => {
    const text = await explained();
    expect(text).toContain(
      'sudo kubeadm init --apiserver-advertise-address 10.100.198.200 --pod-network-cidr 10.244.0.0/16',
    );
    expect(text).toContain('sudo kubeadm join 10.100.198.200:6443 --token TOKEN');
    expect(text).toContain('kubectl apply -f /vagrant/manifests/cni/flannel/flannel_fix.yml');
    expect(await explained({ network: '10.7.0.0/24' })).toContain(
      'kubeadm init --apiserver-advertise-address 10.7.0.200',
    );
  });
});
