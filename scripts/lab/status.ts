import { existsSync } from 'node:fs';
import type { Role } from '../nodes/node.ts';
import type { NodeState, Provider } from '../nodes/provider.ts';
import type { CniName } from '../cluster/cni/names.ts';
import type { AgentReport } from '../cluster/cni/plugin.ts';
import { agentReport } from '../cluster/cni/status.ts';
import type { LabConfig } from './config.ts';
import type { Environment } from './environment.ts';
import type { SandboxKind } from '../nodes/sandbox-kinds.ts';
import { sandboxesOf } from './sandbox.ts';
import { kubeconfigPath } from './share.ts';
import { readApi, type ApiStatus, type Count } from './status-read.ts';

export interface NodeStatus {
  name: string;
  role: Role;
  address: string;
  /** Of the node's container. */
  state: NodeState;
  /** The API knows it. */
  joined: boolean;
  ready: boolean;
  /** Why it is not ready. */
  reason?: string;
  kubelet?: string;
  runtime?: string;
}

export interface Missing {
  what: string;
  /** What to type. */
  next: string;
}

/** Everything that `lab status` shows; `--json` prints it as it is. */
export interface LabStatus {
  name: string;
  /** Whether any of its nodes exists. */
  up: boolean;
  /** Nothing is missing. */
  complete: boolean;
  provider: string;
  /** What runs the nodes here. */
  engine: Provider['platform'];
  network: string;
  nodes: NodeStatus[];
  /** Bare nodes of exercises that need no cluster. */
  sandboxes: { name: SandboxKind; state: NodeState }[];
  api: { answers: boolean; problem?: string };
  cni: { configured: CniName; installed: { name: CniName; agents: Count; report?: AgentReport }[] };
  dns?: Count;
  /** Absent until there is one. */
  kubeconfig?: string;
  /** Host folder that the nodes see as /vagrant. */
  shared: string;
  missing: Missing[];
}

export interface Readings {
  config: LabConfig;
  states: ReadonlyMap<string, NodeState>;
  /** `problem` where the API does not answer. */
  api: ApiStatus | { problem: string };
  kubeconfig: boolean;
}

function nodeStatuses({ config, states, api }: Readings): NodeStatus[] {
  const known = 'problem' in api ? {} : api.nodes;
  return [config.controlPlane, ...config.workers].map(({ name, address }, i) => {
    const state = states.get(name) ?? 'missing';
    const found = known[name];
    return {
      name,
      role: i === 0 ? 'control-plane' : 'worker',
      address,
      state,
      joined: found !== undefined,
      // The API needs 40 s to see that a kubelet is gone.
      ready: found?.ready === true && state === 'running',
      ...(found?.reason === undefined ? {} : { reason: found.reason }),
      ...(found ? { kubelet: found.kubelet, runtime: found.runtime } : {}),
    };
  });
}

/** All that keeps the lab from being complete, in the order in which it is to be mended. */
export function missingOf(readings: Readings): Missing[] {
  const { config, states, api, kubeconfig } = readings;
  const env = config.flags.overrides.name && config.name !== 'lab' ? ` --env ${config.name}` : '';
  const up = `lab up${env}`;
  const found: Missing[] = [];
  const add = (what: string, next = up): number => found.push({ what, next });
  const nodes = nodeStatuses(readings);
  for (const { name, state } of nodes) {
    if (state !== 'running') add(`the node ${name} is ${state}`);
  }
  for (const name of states.keys()) {
    if (nodes.some((node) => node.name === name)) continue;
    add(`the node ${name} runs, but is not in lab.yaml`, `lab down${env} && ${up}`);
  }
  if ('problem' in api) {
    add(`the API server does not answer: ${api.problem}`);
    return found;
  }
  for (const { name, joined } of nodes) if (!joined) add(`${name} has not joined the cluster`);
  const wanted = config.cni.name;
  const [network, second] = api.networks;
  if (second) add('two pod networks are installed, and fight over pods', `lab cni remove${env}`);
  if (!network && wanted !== 'none') {
    add(`no pod network is installed (configured: ${wanted})`, `lab cni install${env}`);
  }
  if (network && network.agents.ready < network.agents.wanted) {
    const { ready, wanted: all } = network.agents;
    add(`${network.name} runs on ${ready} of ${all} nodes`, `lab cni status${env}`);
  }
  // Without a pod network they are NotReady, as they must be.
  const unready = network
    ? nodes.filter(({ joined, ready, state }) => joined && !ready && state === 'running')
    : [];
  for (const { name, reason } of unready) {
    add(`${name} is NotReady: ${reason ?? 'no reason given'}`, `lab logs --out DIR${env}`);
  }
  const kept = Object.entries(api.nodes).filter(([, { keptOff }]) => keptOff);
  if (kept.length > 0)
    add('an unfinished removal keeps pods off the nodes', `lab cni remove${env}`);
  if (!api.dns) add('CoreDNS is not installed');
  else if (network && api.dns.ready < api.dns.wanted) {
    add(
      `${api.dns.ready} of ${api.dns.wanted} CoreDNS pods are ready`,
      'lab kubectl get pods --namespace kube-system',
    );
  }
  if (!kubeconfig) add('there is no kubeconfig for this machine');
  return found;
}

/** Reads the state of the lab from its engine and its API; what does not answer is told, never thrown. */
export async function labStatus(environment: Environment): Promise<LabStatus> {
  const { config, spec, provider, cluster } = environment;
  const states = await provider.states();
  const controlPlane = states.get(cluster.controlPlane.name);
  const api =
    controlPlane === 'running'
      ? await readApi(cluster)
      : { problem: `${cluster.controlPlane.name} is ${controlPlane ?? 'missing'}` };
  const path = kubeconfigPath(environment);
  const kubeconfig = existsSync(path);
  const readings: Readings = { config, states, api, kubeconfig };
  const up = [...states.values()].some((state) => state !== 'missing');
  const missing = up
    ? missingOf(readings)
    : [{ what: 'the lab is not up', next: missingOf(readings)[0]?.next ?? 'lab up' }];
  const read = 'problem' in api ? undefined : api;
  const names = read?.networks.map(({ name }) => name) ?? [];
  const report = await agentReport(cluster.controlPlane, names).catch(() => undefined);
  const sandboxes = [...(await sandboxesOf(config))].map(([name, state]) => ({ name, state }));
  const installed = read?.networks.map((one) => (report ? { ...one, report } : one)) ?? [];
  return {
    name: spec.name,
    up,
    complete: missing.length === 0,
    provider: provider.name,
    engine: { name: provider.platform.name, version: provider.platform.version },
    network: spec.network,
    nodes: nodeStatuses(readings),
    sandboxes,
    api: 'problem' in api ? { answers: false, problem: api.problem } : { answers: true },
    cni: { configured: config.cni.name, installed },
    ...(read?.dns ? { dns: read.dns } : {}),
    ...(kubeconfig ? { kubeconfig: path } : {}),
    shared: spec.sharedDir,
    missing,
  };
}
