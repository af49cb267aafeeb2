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

/** In a sandbox: a network namespace by the name that `ip netns` has for it. */
const netns = z
  .string()
  .regex(/^\S+$/, 'a name without spaces')
  .optional()
  .describe('in a sandbox: a network namespace, as made by ip netns add');

/** In a sandbox: the network namespace of a container that Docker runs. */
const container = z
  .string()
  .regex(/^\S+$/, 'a name without spaces')
  .optional()
  .describe('in a sandbox: a running container, by name');

function exactlyOne(values: readonly unknown[]): boolean {
  return values.filter((value) => value !== undefined).length === 1;
}

/** A place to act from: exactly one of these. */
export const origin = z
  .strictObject({
    ...{ pods: podSelector.optional(), nodes: nodeSelector.optional() },
    ...{ netns, container },
  })
  .refine(
    (o) => exactlyOne([o.pods, o.nodes, o.netns, o.container]),
    'give exactly one of pods, nodes, netns, container',
  );
export type Origin = z.infer<typeof origin>;

/** A place to reach: exactly one of these. */
export const target = z
  .strictObject({
    pods: podSelector.optional(),
    nodes: nodeSelector.optional(),
    service: serviceName.optional(),
    container,
    address: z.string().optional().describe('an address or a name'),
  })
  .refine(
    (t) => exactlyOne([t.pods, t.nodes, t.service, t.container, t.address]),
    'give exactly one of pods, nodes, service, container, address',
  );
export type Target = z.infer<typeof target>;

/** Where a command runs: on nodes, or in the network namespace of pods, of a container, or with a name. Exactly one. */
export const place = {
  on: nodeSelector.optional(),
  in: podSelector.optional(),
  ...{ netns, container },
};
export interface Place {
  on?: NodeSelector | undefined;
  in?: PodSelector | undefined;
  netns?: string | undefined;
  container?: string | undefined;
}
export function onePlace({ on, in: pods, netns: name, container: one }: Place): boolean {
  return exactlyOne([on, pods, name, one]);
}
export const onePlaceMessage =
  'give exactly one of on (nodes), in (pods), netns (a network namespace), container';
