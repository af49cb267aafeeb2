import { beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, type LabConfig } from '../../../scripts/lab/config.ts';
import { apiStatus, type ApiObject, type ApiStatus } from '../../../scripts/lab/status-read.ts';
import { missingOf, type Missing, type Readings } from '../../../scripts/lab/status.ts';
import type { NodeState } from '../../../scripts/nodes/provider.ts';

let config: LabConfig;
beforeAll(async () => {
  config = await loadConfig({ cwd: '/', overrides: { name: 'b' }, remember: false });
});

const nodes = ['master', 'node1', 'node2'];

function node(name: string, message?: string, taint?: string): ApiObject {
  const status = message === undefined ? 'True' : 'False';
  return {
    kind: 'Node',
    metadata: { name, labels: {} },
    spec: taint ? { taints: [{ key: taint }] } : {},
    status: {
      conditions: [{ type: 'Ready', status, ...(message === undefined ? {} : { message }) }],
      nodeInfo: { kubeletVersion: 'v1.36.3', containerRuntimeVersion: 'containerd://2.3.7' },
    },
  };
}

function agents(numberReady: number): ApiObject {
  return {
    kind: 'DaemonSet',
    metadata: { name: 'kube-flannel-ds', namespace: 'kube-flannel' },
    status: { desiredNumberScheduled: 3, numberReady },
  };
}

function dns(readyReplicas: number): ApiObject {
  return {
    kind: 'Deployment',
    metadata: { name: 'coredns', namespace: 'kube-system' },
    spec: { replicas: 2 },
    status: { readyReplicas },
  };
}

const whole = apiStatus([...nodes.map((name) => node(name)), agents(3), dns(2)]);
const running = new Map<string, NodeState>(nodes.map((name) => [name, 'running']));

function missing(
  api: Readings['api'],
  states: Readings['states'] = running,
  cni = config.cni.name,
): Missing[] {
  const wish = { ...config, cni: { ...config.cni, name: cni } };
  return missingOf({ config: wish, states, api, kubeconfig: true });
}

describe('what the API tells', () => {
  it('is counted: nodes, agents, CoreDNS', () => {
    expect(whole.nodes.node1).toEqual({
      ready: true,
      kubelet: 'v1.36.3',
      runtime: 'containerd://2.3.7',
      keptOff: false,
    });
    expect(whole.networks).toEqual([{ name: 'flannel', agents: { ready: 3, wanted: 3 } }]);
    expect(whole.dns).toEqual({ ready: 2, wanted: 2 });
  });

  it('passes over what has the same name elsewhere', () => {
    const other = { ...dns(0), metadata: { name: 'coredns', namespace: 'mine' } } as ApiObject;
    expect(apiStatus([other]).dns).toBeUndefined();
  });

  it('is said in fewer words than the kubelet needs', () => {
    const text =
      'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';
    expect(apiStatus([node('node1', text)]).nodes.node1?.reason).toBe('no pod network');
  });
});

describe('what is missing', () => {
  it('is nothing when all is well', () => {
    expect(missing(whole)).toEqual([]);
  });

  it('is a node whose container is dead, with the command for this environment', () => {
    const states = new Map(running).set('node1', 'stopped');
    expect(missing(whole, states)).toEqual([
      { what: 'the node node1 is stopped', next: 'lab up --env b' },
    ]);
  });

  it('ends with the API server where that does not answer', () => {
    expect(missing({ problem: 'kubeadm init has not been run' })).toEqual([
      {
        what: 'the API server does not answer: kubeadm init has not been run',
        next: 'lab up --env b',
      },
    ]);
  });

  it('is a worker that has not joined', () => {
    const api = apiStatus([node('master'), node('node1'), agents(3), dns(2)]);
    expect(missing(api).map(({ what }) => what)).toEqual(['node2 has not joined the cluster']);
  });

  it('is the pod network, unless none is wanted', () => {
    const text = 'cni plugin not initialized';
    const api = apiStatus([...nodes.map((name) => node(name, text)), dns(0)]);
    expect(missing(api)).toEqual([
      {
        what: 'no pod network is installed (configured: flannel)',
        next: 'lab cni install --env b',
      },
    ]);
    expect(missing(api, running, 'none')).toEqual([]);
  });

  it('is an agent, a node and DNS that are not ready', () => {
    const late = node('node2', 'PLEG is not healthy');
    const api = apiStatus([node('master'), node('node1'), late, agents(2), dns(1)]);
    expect(missing(api).map(({ what }) => what)).toEqual([
      'flannel runs on 2 of 3 nodes',
      'node2 is NotReady: PLEG is not healthy',
      '1 of 2 CoreDNS pods are ready',
    ]);
  });

  it('is the end of a removal that was killed', () => {
    const kept: ApiStatus = apiStatus([
      ...nodes.map((name) =>
        node(name, undefined, 'kubernetes-networking-lab/pod-network-removal'),
      ),
      agents(3),
      dns(2),
    ]);
    expect(missing(kept)).toEqual([
      {
        what: 'an unfinished removal keeps pods off the nodes',
        next: 'lab cni remove --env b',
      },
    ]);
  });
});
