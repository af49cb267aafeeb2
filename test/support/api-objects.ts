import type { ApiPod, ApiPolicy } from '../../scripts/labnet/policy/api.ts';
import type { Pod, Policy, PolicyRule, World } from '../../scripts/labnet/policy/model.ts';
import type { Objects } from './random-policies.ts';

function pod({ namespace, name, labels, addresses, node, ...rest }: Pod): ApiPod {
  const [podIP = ''] = addresses;
  const ports = rest.ports.map(({ number, ...port }) => ({ ...port, containerPort: number }));
  return {
    metadata: { namespace, name, labels },
    spec: { nodeName: node, hostNetwork: rest.hostNetwork, containers: [{ ports }] },
    status: { phase: rest.ended ? 'Failed' : 'Running', podIP, podIPs: [{ ip: podIP }] },
  };
}

function policy({ namespace, name, podSelector, ingress, egress }: Policy): ApiPolicy {
  const rules = (side: 'from' | 'to', list: readonly PolicyRule[] = []) =>
    list.map(({ peers, ports }) => ({ [side]: peers, ports }));
  const policyTypes = [...(ingress ? ['Ingress'] : []), ...(egress ? ['Egress'] : [])];
  return {
    metadata: { namespace, name },
    spec: {
      podSelector,
      policyTypes,
      ingress: rules('from', ingress),
      egress: rules('to', egress),
    },
  };
}

/** The objects that a world may have been read from. */
export function objectsOf({ namespaces, pods, policies }: World): Objects {
  return {
    namespaces: namespaces.map(({ name, labels }) => ({ metadata: { name, labels } })),
    pods: pods.map(pod),
    policies: policies.map(policy),
  };
}
