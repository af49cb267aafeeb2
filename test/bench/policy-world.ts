import type { ApiPolicy } from '../../scripts/labnet/policy/api.ts';
import { randomOf, seed } from '../support/random.ts';
import { randomObjects, type Objects } from '../support/random-policies.ts';

/** Policies that the agent has to know, and pods of its node (kubelet allows no more). */
const policies = 100;
const pods = 110;

/** @param names Pods of the namespace `one` that are about to start; each is under some of the policies. */
export function crowd(names: readonly string[]): Objects {
  const random = randomOf(seed);
  // The host network has one pod more, and two have ended.
  const places = Array.from({ length: pods - names.length }, (_, number) => ({
    node: 'node-1',
    hostIP: '192.168.0.1',
    podIP: `10.244.1.${number + 50}`,
  }));
  const objects = randomObjects(random, places, [policies, policies]);
  const starting = names.map((name) => ({
    metadata: { namespace: 'one', name, labels: { app: 'web', tier: 'front' } },
    spec: { nodeName: 'node-1', containers: [] },
  }));
  return { ...objects, pods: [...objects.pods, ...starting] };
}

/** A policy for a third of the pods of its namespace. */
export function anotherPolicy(number: number): ApiPolicy {
  return {
    metadata: { namespace: 'one', name: `another-${number}` },
    spec: {
      podSelector: { matchLabels: { app: ['web', 'db', 'api'][number % 3] ?? '' } },
      ingress: [{ ports: [{ port: 10_000 + number }] }],
    },
  };
}
