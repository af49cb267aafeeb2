import { LabError, messageOf, usageError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ExecResult, Node } from '../nodes/node.ts';
import { runJobs, type Job } from './jobs.ts';
import type { Vars } from './render.ts';
import type { Part } from './part-schema.ts';
import type { NodeSelector } from './selectors.ts';
import type { ObjectQuery } from './truth-schema.ts';

/** An answer as it is kept: text, or for a table one text per row. */
export type Answer = string | Record<string, string>;

/** What a learner's attempt brings to grading. */
export interface Attempt {
  vars: Vars;
  answers: Readonly<Record<string, Answer>>;
  facts: Readonly<Record<string, readonly string[]>>;
}

export interface KubeObject {
  kind: string;
  metadata: { name: string; namespace?: string; uid?: string; deletionTimestamp?: string };
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

/** The objects that a query found, or why the API server could not even look. */
export interface Found {
  items: KubeObject[];
  /** Set when this cluster has no such kind of object: then nothing passes, not even "absent". */
  unserved?: string;
}

/** Everything a check may read: the lab as it is now, and the learner's attempt. It can change nothing. */
export interface Live {
  readonly cluster: Cluster;
  readonly attempt: Attempt;
  readonly parts: readonly Part[];
  get(query: ObjectQuery): Promise<Found>;
  run(jobs: readonly Job[]): Promise<ExecResult[]>;
  nodes(selector: NodeSelector): Node[];
}

function wordsOf(query: ObjectQuery): string[] {
  return [
    query.resource,
    ...(query.name === undefined ? [] : [query.name]),
    ...(query.all_namespaces ? ['--all-namespaces'] : []),
    ...(query.namespace === undefined ? [] : ['--namespace', query.namespace]),
    ...(query.selector === undefined ? [] : ['--selector', query.selector]),
  ];
}

/** What the API server or kubectl said. */
function reasonOf(error: unknown): string {
  const { code, why, details } = error as LabError;
  const said = code === 'command-failed' ? details?.split('\n').at(-1) : why;
  return said ?? messageOf(error);
}

async function fetchObjects(cluster: Cluster, words: string[]): Promise<Found> {
  try {
    const items = await cluster.kubectl.find(words, { timeout: 15_000 });
    if (items) return { items };
    return { items: [], unserved: `this cluster knows no ${words[0] ?? ''}` };
  } catch (error) {
    throw new LabError('api-unreadable', `kubectl get ${words.join(' ')} failed`, {
      why: reasonOf(error),
      hint: 'lab status',
      cause: error,
    });
  }
}

/** Nodes by role or name. @throws LabError `unknown-node`. */
export function selectNodes(cluster: Cluster, selector: NodeSelector): Node[] {
  const one = (word: string): readonly Node[] => {
    if (word === 'all') return cluster.nodes;
    if (word === 'workers') return cluster.workers;
    if (word === 'control-plane') return [cluster.controlPlane];
    const worker = /^worker([1-9])$/.exec(word);
    const byName = cluster.nodes.find((node) => node.name === word);
    const node = byName ?? (worker ? cluster.workers[Number(worker[1]) - 1] : undefined);
    if (node) return [node];
    const known = cluster.nodes.map(({ name }) => name);
    throw usageError('unknown-node', `There is no node "${word}"`, { hint: suggest(word, known) });
  };
  return [...new Set([selector].flat().flatMap(one))];
}

/** One grading run: the same objects are read from the API server once only. */
export function createLive(cluster: Cluster, attempt: Attempt, parts: readonly Part[]): Live {
  const seen = new Map<string, Promise<Found>>();
  return {
    cluster,
    attempt,
    parts,
    get(query) {
      const words = wordsOf(query);
      const key = JSON.stringify(words);
      const found = seen.get(key) ?? fetchObjects(cluster, words);
      seen.set(key, found);
      return found;
    },
    run: runJobs,
    nodes: (selector) => selectNodes(cluster, selector),
  };
}
