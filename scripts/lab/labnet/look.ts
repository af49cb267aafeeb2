import { LabError, messageOf } from '../../base/errors.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import { readCallText, type CallRecord } from '../../labnet/agent/calls.ts';
import { peerOf, type ApiNode } from '../../labnet/agent/peers.ts';
import { stateOf, type AgentState } from '../../labnet/agent/state.ts';
import { folders } from '../../labnet/config.ts';
import type { Peer } from '../../labnet/node/facts.ts';
import { nodePlan, peerPlan } from '../../labnet/node/wiring.ts';
import type { Exec } from '../../labnet/plan/exec.ts';
import { lookAt, problemsOf } from '../../labnet/plan/look.ts';
import type { Seen } from '../../labnet/plan/seen.ts';
import type { Node } from '../../nodes/node.ts';
import { httpPort } from '../../labnet/agent/http.ts';

/** The node's programs, as labnet's own code calls them. */
export function execOn(node: Node): Exec {
  return async (argv, stdin) => {
    const { exitCode, stdout, stderr } = await node.exec(argv, {
      allowFailure: true,
      timeout: 20_000,
      ...(stdin === undefined ? {} : { stdin }),
    });
    return { code: exitCode, stdout, stderr };
  };
}

async function textOf(node: Node, path: string): Promise<string | undefined> {
  const { exitCode, stdout } = await node.exec(['cat', path], { allowFailure: true });
  return exitCode === 0 ? stdout : undefined;
}

/** What the agent of a node has written down; it is there also while the agent is not. */
export async function agentState(node: Node): Promise<AgentState | undefined> {
  return stateOf(await textOf(node, `${folders.run}/state.json`));
}

export async function callRecord(
  node: Node,
  containerId: string,
  ifName: string,
): Promise<CallRecord | undefined> {
  return readCallText(await textOf(node, `${folders.run}/calls/${containerId}-${ifName}.json`));
}

/** All nodes that take part in the pod network, as they tell each other. */
export async function knownPeers(cluster: Cluster): Promise<Peer[]> {
  const { items } = await cluster.kubectl.get<{ items: ApiNode[] }>(['nodes']);
  return items.map(peerOf).filter((peer): peer is Peer => peer !== undefined);
}

/** What the node's wiring and its ways to the others should be and are not. */
export interface WiringProblem {
  step: string;
  problem: string;
  /** The command that shows it. */
  show: string;
}

export interface LabnetNode {
  node: string;
  /** Why nothing below is known. */
  problem?: string;
  /** Why the agent says that it is not ready; undefined when it is. */
  unready?: string;
  state?: AgentState;
  /** The ways to these nodes are checked. */
  peers: string[];
  wiring: WiringProblem[];
}

async function readiness(node: Node): Promise<string | undefined> {
  const url = `http://127.0.0.1:${httpPort}/readyz`;
  const argv = ['curl', '--silent', '--max-time', '3', url];
  const { exitCode, stdout } = await node.exec(argv, { allowFailure: true });
  if (exitCode !== 0) return 'the agent does not answer';
  return stdout.trim() === 'ok' ? undefined : stdout.trim();
}

async function lookAtNode(node: Node, all: readonly Peer[]): Promise<LabnetNode> {
  const peers = all.filter(({ name }) => name !== node.name);
  const base = { node: node.name, peers: peers.map(({ name }) => name), wiring: [] };
  try {
    const [state, unready, seen] = await Promise.all([
      agentState(node),
      readiness(node),
      lookAt(execOn(node)),
    ]);
    const { facts } = state ?? {};
    if (!state || !facts) {
      return {
        ...base,
        problem: 'labnet has never been ready here',
        ...(unready ? { unready } : {}),
      };
    }
    const look: Seen = { node: seen };
    const enis = state.pool?.enis;
    const plan = [
      ...nodePlan(facts, look, enis),
      ...peers.flatMap((peer) => peerPlan(facts, peer, enis)),
    ];
    return { ...base, state, ...(unready ? { unready } : {}), wiring: problemsOf(plan, look) };
  } catch (error) {
    return { ...base, problem: messageOf(error) };
  }
}

/** Every node's part of the pod network; what does not answer is named, never thrown. */
export async function lookAtLabnet(cluster: Cluster): Promise<LabnetNode[]> {
  const peers = await knownPeers(cluster);
  return Promise.all(cluster.nodes.map((node) => lookAtNode(node, peers)));
}

/** @throws LabError `no-labnet` when another pod network, or none, is installed. */
export function requireLabnet(installed: readonly string[]): void {
  if (installed.includes('labnet')) return;
  throw new LabError('no-labnet', 'labnet is not the pod network of this lab', {
    why: installed.length === 0 ? 'none is installed' : `${installed.join(', ')} is installed`,
    hint: 'lab switch labnet',
  });
}
