import { beforeEach, describe, expect, it } from 'vitest';
import { commandLine } from '../../../scripts/base/argv.ts';
import { LabError } from '../../../scripts/base/errors.ts';
import {
  deletions,
  isBare,
  onPodNetwork,
  type NetworkPod,
} from '../../../scripts/cluster/cni/evict-pods.ts';
import { removalTaint } from '../../../scripts/cluster/cni/keep-off.ts';
import { removeCni } from '../../../scripts/cluster/cni/remove.ts';
import type { Cluster } from '../../../scripts/cluster/cluster.ts';
import type { ExecResult, Node } from '../../../scripts/nodes/node.ts';
import { fakeCluster } from '../../support/fake-cluster.ts';

function pod(
  name: string,
  more: { node?: string; host?: boolean; owner?: string } = {},
): NetworkPod {
  const { node, host, owner } = more;
  const ownerReferences = owner ? [{ kind: 'ReplicaSet', name: owner, controller: true }] : [];
  return {
    metadata: { name, namespace: 'default', uid: `uid-${name}`, ownerReferences },
    spec: { ...(node ? { nodeName: node } : {}), ...(host ? { hostNetwork: true } : {}) },
    status: { phase: 'Running' },
  };
}

describe('the pods that go with their network', () => {
  it('are those with an address of it', () => {
    expect(onPodNetwork(pod('a', { node: 'node1' }))).toBe(true);
    expect(onPodNetwork(pod('b', { node: 'node1', host: true }))).toBe(false);
    expect(onPodNetwork(pod('pending'))).toBe(false);
  });

  it('are gone for good without a controller, unless they had ended', () => {
    expect(isBare(pod('a'))).toBe(true);
    expect(isBare(pod('a', { owner: 'web' }))).toBe(false);
    expect(isBare({ ...pod('a'), status: { phase: 'Succeeded' } })).toBe(false);
  });

  it('are ended by one call a namespace, by force where no kubelet answers', () => {
    const pods = [
      pod('a', { node: 'node1' }),
      pod('b', { node: 'node1' }),
      pod('c', { node: 'node2' }),
    ];
    expect(deletions(pods, new Set(['node2'])).map(commandLine)).toEqual([
      'delete pods --namespace default --ignore-not-found --wait=false --grace-period=1 a b',
      'delete pods --namespace default --ignore-not-found --wait=false --grace-period=0 --force c',
    ]);
  });
});

interface Recorded extends Cluster {
  calls: string[];
}

const ok: ExecResult = { stdout: '', stderr: '', exitCode: 0 };

/** A cluster on which every command works, except those on `dead` nodes and what `fail` says. */
function recorded(
  dead: readonly string[] = [],
  fail: (line: string) => boolean = () => false,
): Recorded {
  const base = fakeCluster();
  const calls: string[] = [];
  const answer = (where: string, argv: readonly string[]): Promise<ExecResult> => {
    const line = `${where}: ${commandLine(argv)}`;
    calls.push(line);
    if (!fail(line) && !dead.includes(where)) return Promise.resolve(ok);
    return Promise.reject(new LabError('command-failed', 'it failed', { details: line }));
  };
  const nodes = base.nodes.map((node): Node => ({
    ...node,
    exec: (argv) => answer(node.name, argv),
    put: () => Promise.resolve(),
  }));
  const [controlPlane = base.controlPlane, ...workers] = nodes;
  const tainted = {
    metadata: { name: 'node1' },
    spec: { taints: [{ key: removalTaint }] },
    status: {},
  };
  return {
    ...base,
    nodes,
    controlPlane,
    workers,
    calls,
    kubectl: {
      run: (argv) => answer('kubectl', argv),
      get: async <T>(argv: readonly string[]) => {
        await answer('kubectl', ['get', ...argv]);
        return { items: argv[0] === 'nodes' ? [tainted] : [] } as T;
      },
      find: () => answer('kubectl', ['find']).then(() => []),
      apply: () => Promise.reject(new Error('not now')),
      remove: () => answer('kubectl', ['delete', '-f', '-']).then(() => undefined),
    },
  };
}

/** The nodes on which the script was run, in order. */
function cleanings({ calls }: Recorded): string[] {
  const runs = calls.filter((line) => line.includes('bash -s'));
  return runs.map((line) => line.slice(0, line.indexOf(':')));
}

describe('the removal of a pod network', () => {
  let reports: string[];
  const report = (text: string): void => {
    reports.push(text);
  };
  beforeEach(() => {
    reports = [];
  });
  const never = new AbortController().signal;

  it('ends pods before agents, agents before traces, and lets pods on again', async () => {
    const cluster = recorded();
    await removeCni(cluster, 'flannel', report, never);
    const first = (part: string): number => cluster.calls.findIndex((line) => line.includes(part));
    const order = [
      'taint nodes --all',
      'get pods --all',
      'delete daemonset',
      'bash -s',
      `${removalTaint}-`,
    ];
    const places = order.map(first);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places.every((place) => place >= 0)).toBe(true);
    // Side by side, so in any order; and once more when the objects are gone, for what a last agent left.
    const all = ['master', 'node1', 'node2'];
    const cleaned = cleanings(cluster);
    expect([cleaned.slice(0, 3).sort(), cleaned.slice(3).sort()]).toEqual([all, all]);
  });

  it('takes a node for clean that was so at last', async () => {
    let left = 1;
    const cluster = recorded([], (line) => line.startsWith('node1: bash -s') && left-- > 0);
    await expect(removeCni(cluster, 'flannel', report, never)).resolves.toMatchObject({ bare: [] });
  });

  it('goes on around a dead node, and says what stays there', async () => {
    const cluster = recorded(['node2']);
    const failed = removeCni(cluster, 'flannel', report, never);
    await expect(failed).rejects.toMatchObject({
      code: 'cni-remove-incomplete',
      details: 'node2: does not answer, and keeps its devices, files and rules',
    });
    expect(cleanings(cluster).sort()).toEqual(['master', 'master', 'node1', 'node1']);
    expect(cluster.calls.at(-1)).toContain(`${removalTaint}-`);
  });

  it('goes on when a part fails, and names it', async () => {
    const cluster = recorded([], (line) => line.includes('delete daemonset'));
    await expect(removeCni(cluster, 'flannel', report, never)).rejects.toMatchObject({
      details: expect.stringContaining('agents: it failed') as string,
    });
    expect(cleanings(cluster)).not.toEqual([]);
  });

  it('lets pods on again after Ctrl-C', async () => {
    const stop = new AbortController();
    const cluster = recorded([], (line) => {
      if (line.includes('delete daemonset')) stop.abort(new Error('stopped'));
      return stop.signal.aborted && line.includes('delete daemonset');
    });
    await expect(removeCni(cluster, 'flannel', report, stop.signal)).rejects.toThrow('stopped');
    expect(cluster.calls.at(-1)).toContain(`${removalTaint}-`);
    expect(cleanings(cluster)).toEqual([]);
  });

  it('changes nothing when the API server does not answer', async () => {
    const base = recorded();
    const api = { ask: () => Promise.resolve({ status: 500, text: 'not ready' }) };
    const cluster = { ...base, api };
    await expect(removeCni(cluster, 'flannel', report, never)).rejects.toMatchObject({
      code: 'api-down',
    });
    expect(base.calls).toEqual([]);
  });
});
