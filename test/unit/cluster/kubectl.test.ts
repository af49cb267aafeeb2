import { describe, expect, it } from 'vitest';
import type { ApiAnswer } from '../../../scripts/cluster/api.ts';
import { kubectlOn, type Kubectl } from '../../../scripts/cluster/kubectl.ts';
import { pathsOf } from '../../../scripts/cluster/resources.ts';
import type { ExecResult } from '../../../scripts/nodes/node.ts';
import { fakeNode } from '../../support/fake-node.ts';

const ok: ExecResult = { stdout: '', stderr: '', exitCode: 0 };

/** kubectl with canned answers of the API server, by path, and of the program. */
function fake(
  answers: Record<string, ApiAnswer>,
  program: Partial<ExecResult> = {},
): { kubectl: Kubectl; started: string[] } {
  const started: string[] = [];
  const node = {
    ...fakeNode('master', 'control-plane', '10.0.0.2'),
    exec: (argv: readonly string[]) => {
      started.push(argv.join(' '));
      return Promise.resolve({ ...ok, ...program });
    },
  };
  const missing = { status: 404, text: '{"message": "not found"}' };
  const api = { ask: (path: string) => Promise.resolve(answers[path] ?? missing) };
  return { kubectl: kubectlOn(node, api), started };
}

const list = (kind: string, ...names: string[]): ApiAnswer => {
  const items = names.map((name) => ({ metadata: { name } }));
  return { status: 200, text: JSON.stringify({ kind, apiVersion: 'v1', items }) };
};

describe('paths of the API for the words of kubectl get', () => {
  it.each([
    ['nodes', ['/api/v1/nodes']],
    ['node node1', ['/api/v1/nodes/node1']],
    ['pods', ['/api/v1/namespaces/default/pods']],
    ['pods --all-namespaces', ['/api/v1/pods']],
    [
      'deployment coredns --namespace kube-system',
      ['/apis/apps/v1/namespaces/kube-system/deployments/coredns'],
    ],
    ['pods --selector a=b,c!=d', ['/api/v1/namespaces/default/pods?labelSelector=a%3Db%2Cc!%3Dd']],
    ['nodes,daemonsets --all-namespaces', ['/api/v1/nodes', '/apis/apps/v1/daemonsets']],
    ['clusterroles', undefined],
    ['pods --field-selector x=y', undefined],
    ['pods one two', undefined],
  ])('%s', (words, paths) => {
    expect(pathsOf(words.split(' '))).toEqual(paths);
  });
});

describe('objects', () => {
  it('come straight from the API server, with the kind that its lists leave out', async () => {
    const { kubectl, started } = fake({ '/api/v1/nodes': list('NodeList', 'a', 'b') });
    const found = await kubectl.find(['nodes']);
    expect(found?.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Node a',
      'Node b',
    ]);
    expect(started).toEqual([]);
  });

  it('of several kinds are one list', async () => {
    const { kubectl } = fake({
      '/api/v1/nodes': list('NodeList', 'a'),
      '/api/v1/pods': list('PodList', 'b'),
    });
    const { items } = await kubectl.get<{ items: { kind: string }[] }>([
      ...['nodes,pods', '--all-namespaces'],
    ]);
    expect(items.map(({ kind }) => kind)).toEqual(['Node', 'Pod']);
  });

  it('that only kubectl knows keep the kinds that it gives them', async () => {
    const items = [{ kind: 'ClusterRole', apiVersion: 'rbac/v1', metadata: { name: 'x' } }];
    const { kubectl, started } = fake({}, { stdout: JSON.stringify({ kind: 'List', items }) });
    const found = await kubectl.find(['clusterroles,pods']);
    expect(found?.map(({ kind }) => kind)).toEqual(['ClusterRole']);
    expect(started[0]).toContain('get clusterroles,pods -o json --ignore-not-found');
  });

  it('that are missing are none, and a kind that is not served is told apart', async () => {
    const { kubectl } = fake({});
    expect(await kubectl.find(['pod', 'x'])).toEqual([]);
    await expect(kubectl.get(['pod', 'x'])).rejects.toMatchObject({ code: 'api-status' });
    const stderr = 'error: the server doesn\'t have a resource type "foos"';
    const unserved = fake({}, { exitCode: 1, stderr }).kubectl;
    expect(await unserved.find(['foos'])).toBeUndefined();
  });
});
