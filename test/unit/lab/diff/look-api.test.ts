import { expect, test } from 'vitest';
import type { Cluster } from '../../../../scripts/cluster/cluster.ts';
import { lookAtApi } from '../../../../scripts/lab/diff/look-api.ts';

/** A cluster whose API has nodes only. */
function clusterWith(...nodes: object[]): Cluster {
  const listed = { resource: 'nodes', verbs: ['list'], responseKind: { kind: 'Node' } };
  const answers: Record<string, object> = {
    '/api': { items: [{ metadata: {}, versions: [{ version: 'v1', resources: [listed] }] }] },
    '/apis': { items: [] },
    '/api/v1/nodes': { items: nodes },
  };
  const ask = (path: string): Promise<object> =>
    Promise.resolve({ status: 200, text: JSON.stringify(answers[path]) });
  return { api: { ask } } as unknown as Cluster;
}

function node(taints: object[] | undefined, ready = 'True'): object {
  return {
    metadata: { name: 'node1' },
    spec: { podCIDR: '10.244.1.0/24', ...(taints ? { taints } : {}) },
    status: { conditions: [{ type: 'Ready', status: ready }] },
  };
}

const notReady = (effect: string): object => ({
  ...{ key: 'node.kubernetes.io/not-ready', effect },
  timeAdded: '2026-01-01T00:00:00Z',
});
const shut = { key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' };
const own = { key: 'team', value: 'a', effect: 'NoSchedule' };

const fields = async (one: object): Promise<unknown> =>
  (await lookAtApi(clusterWith(one), 0))['Node node1'];

test('a node that is Ready is the same before and after its taint has gone', async () => {
  const tainted = await fields(node([notReady('NoSchedule'), notReady('NoExecute')]));
  expect(tainted).toEqual(await fields(node(undefined)));
});

test('a node that is not Ready is another', async () => {
  expect(await fields(node(undefined, 'False'))).toMatchObject({ 'status.Ready': 'False' });
});

test('taints that somebody has set are told, wherever the lifecycle controller puts its own', async () => {
  const told = await fields(node([notReady('NoExecute'), own, shut]));
  expect(told).toEqual(await fields(node([own, shut])));
  expect(told).toMatchObject({
    'spec.taints[0].key': 'team',
    'spec.taints[1].key': 'node.kubernetes.io/out-of-service',
  });
});
