import { apiOf } from '../cluster/api.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { kubectlOn } from '../cluster/kubectl.ts';
import { findEngine } from '../nodes/engine.ts';
import type { Report } from '../nodes/provider.ts';
import { findSandboxes, openSandbox, type Sandbox } from '../nodes/sandbox.ts';
import type { SandboxKind } from '../nodes/sandbox-kinds.ts';
import { ensureSandboxSupply } from '../supply/sandbox.ts';
import { clusterSettings, environmentSpec, type LabConfig } from './config.ts';
import type { Step } from './step.ts';

/** A sandbox of an environment. It needs no cluster, and nothing of the environment has to be up. */
export interface SandboxLab {
  sandbox: Sandbox;
  /** The sandbox as a lab of one node, which has no API server. */
  cluster: Cluster;
  /** Makes it, unless it runs. */
  ensure(report: Report, signal?: AbortSignal): Promise<void>;
  close(): void;
}

export async function openSandboxLab(config: LabConfig, kind: SandboxKind): Promise<SandboxLab> {
  const engine = await findEngine(config.engine);
  const sandbox = openSandbox(engine, environmentSpec(config), kind);
  const { node } = sandbox;
  const api = apiOf(node);
  return {
    sandbox,
    cluster: {
      ...{ name: config.name, nodes: [node], controlPlane: node, workers: [] },
      ...{ api, kubectl: kubectlOn(node, api), settings: clusterSettings(config) },
    },
    ensure: (report, signal) =>
      sandbox.ensure(() => ensureSandboxSupply(kind, engine, report), report, signal),
    close: () => {
      api.close();
      node.close();
    },
  };
}

export const sandboxStep: Step<SandboxLab> = {
  id: 'sandbox',
  title: 'Sandbox',
  explain: ({ sandbox }) => [
    `# a container with systemd and without a network, called ${sandbox.kind}`,
  ],
  run: (lab, report, signal) => lab.ensure(report, signal),
};

/** Which sandboxes the environment has, and whether they run; none where no engine works. */
export async function sandboxesOf(config: LabConfig): ReturnType<typeof findSandboxes> {
  const engine = await findEngine(config.engine).catch(() => undefined);
  return engine ? findSandboxes(engine, environmentSpec(config)) : new Map();
}

/** Removes all sandboxes of the environment; the kinds of those that were there. */
export async function removeSandboxes(config: LabConfig): Promise<SandboxKind[]> {
  const engine = await findEngine(config.engine).catch(() => undefined);
  if (!engine) return [];
  const spec = environmentSpec(config);
  const kinds = [...(await findSandboxes(engine, spec)).keys()];
  for (const kind of kinds) await openSandbox(engine, spec, kind).remove();
  return kinds;
}
