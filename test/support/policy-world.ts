import type { ApiPod, ApiPolicy } from '../../scripts/labnet/policy/api.ts';
import { readNamespace, readPod, readPolicy } from '../../scripts/labnet/policy/model.ts';
import type { Pod, Policy, World } from '../../scripts/labnet/policy/model.ts';

interface PodOptions {
  labels?: Record<string, string>;
  ports?: ApiPod['spec']['containers'][number]['ports'];
  node?: number;
  hostNetwork?: boolean;
  phase?: string;
}

function split(path: string): { namespace: string; name: string } {
  const [namespace = '', name = ''] = path.split('/');
  return { namespace, name };
}

/** A pod `namespace/name` as the API would give it, on node-1 unless said otherwise. */
export function testPod(path: string, ip: string, options: PodOptions = {}): Pod {
  const { labels = {}, ports = [], node = 1, hostNetwork = false, phase = 'Running' } = options;
  return readPod({
    metadata: { ...split(path), labels },
    spec: { nodeName: `node-${node}`, hostNetwork, containers: [{ ports }] },
    status: { phase, podIP: ip, podIPs: [{ ip }], hostIP: `192.168.0.${node}` },
  });
}

export function testPolicy(path: string, spec: ApiPolicy['spec']): Policy {
  return readPolicy({ metadata: split(path), spec });
}

/** Namespaces come with the pods; each has the label team=NAME. */
export function testWorld(pods: readonly Pod[], policies: readonly Policy[]): World {
  const names = [...new Set(pods.map(({ namespace }) => namespace))];
  const namespaces = names.map((name) =>
    readNamespace({ metadata: { name, labels: { team: name } } }),
  );
  return { namespaces, pods, policies };
}
