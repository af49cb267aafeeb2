import { z } from 'zod';

/** `{{name}}` stands for a variable; see vars.ts. */
export const templateOnly = /^\{\{[a-z][a-z0-9_]*\}\}$/;

/** A whole number, or one variable that holds it. */
export const wholeNumber = z.union([z.number().int(), z.string().regex(templateOnly)]);

/** The number behind a `wholeNumber` after rendering. */
export function asNumber(value: number | string): number {
  return typeof value === 'number' ? value : Number(value);
}

/**
 * Nodes by role, so that exercises hold whatever the nodes are called:
 * `control-plane`, `workers`, `all`, `worker1`, `worker2`, … or a node's own name.
 */
export const nodeSelector = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .describe('control-plane, workers, all, worker1, worker2, … or node names');
export type NodeSelector = z.infer<typeof nodeSelector>;

/** Pods by name or label; only those with an address count, unless a check says otherwise. */
export const podSelector = z.strictObject({
  namespace: z.string().default('default'),
  name: z.string().optional(),
  selector: z.string().optional().describe('label selector as kubectl takes it, such as app=web'),
  node: nodeSelector.optional().describe('only pods on these nodes'),
});
export type PodSelector = z.infer<typeof podSelector>;

export const serviceName = z.strictObject({
  namespace: z.string().default('default'),
  name: z.string(),
});

/** A place to act from: exactly one of `pods`, `nodes`. */
export const origin = z
  .strictObject({ pods: podSelector.optional(), nodes: nodeSelector.optional() })
  .refine((o) => (o.pods === undefined) !== (o.nodes === undefined), 'give either pods or nodes');
export type Origin = z.infer<typeof origin>;

/** A place to reach: exactly one of `pods`, `nodes`, `service`, `address`. */
export const target = z
  .strictObject({
    pods: podSelector.optional(),
    nodes: nodeSelector.optional(),
    service: serviceName.optional(),
    address: z.string().optional().describe('an address or a name'),
  })
  .refine(
    (t) => [t.pods, t.nodes, t.service, t.address].filter((x) => x !== undefined).length === 1,
    'give exactly one of pods, nodes, service, address',
  );
export type Target = z.infer<typeof target>;

/** Where a command runs: on nodes, or inside the network namespace of pods. Exactly one. */
export const place = {
  on: nodeSelector.optional(),
  in: podSelector.optional(),
};
export interface Place {
  on?: NodeSelector | undefined;
  in?: PodSelector | undefined;
}
export function onePlace(value: Place): boolean {
  return (value.on === undefined) !== (value.in === undefined);
}
export const onePlaceMessage = 'give either on (nodes) or in (pods)';
