import type { Environment } from './environment.ts';
import { imageSteps } from './image/steps.ts';
import { keepClean, takeClean } from './snapshot/clean.ts';
import { settled } from './snapshot/restore.ts';
import type { Stage } from './step.ts';
import { cni, initStep, joinStep, kubeconfig } from './steps/cluster.ts';
import { dnsStep, ready, verify } from './steps/done.ts';
import { host, network, nodesUp, supply } from './steps/nodes.ts';

export const stops = ['nodes', 'init', 'join', 'cni'] as const;
export type Stop = (typeof stops)[number];

/** Whether pods will get a network in this run: only then is CoreDNS worth waiting for. */
function withNetwork(environment: Environment, until: Stop | undefined): boolean {
  return environment.config.cni.name !== 'none' && (until === undefined || until === 'cni');
}

export interface UpWish {
  /** Where to stop. */
  until?: Stop | undefined;
  /** Make everything anew, even if there is a snapshot of the same lab. */
  fresh?: boolean | undefined;
}

/** The story of `lab up`, from nothing to "done means done", or as far as was asked for. */
export function upStages(
  environment: Environment,
  { until, fresh = false }: UpWish = {},
): Stage<Environment>[] {
  const { nodes } = environment.spec;
  const workers = nodes.filter(({ role }) => role === 'worker');
  const joins = workers.map(({ name }) => joinStep(name));
  // Who stops on the way goes on by hand, so there is nothing to take from a complete lab.
  const taken = until === undefined ? [takeClean(fresh)] : [];
  const kept = until === undefined ? [settled, keepClean] : [];
  const nodesThere = [nodesUp(environment), ...imageSteps(environment)];
  const stages: Stage<Environment>[] = [host, supply, network, ...taken, ...nodesThere];
  if (until === 'nodes') return stages;
  const networked = withNetwork(environment, until);
  stages.push(initStep(networked));
  if (until === 'init') return [...stages, kubeconfig, dnsStep(false)];
  if (!networked) {
    return [
      ...stages,
      { id: 'join', title: 'Workers', together: [...joins, kubeconfig] },
      dnsStep(false),
      ...kept,
    ];
  }
  const joining = [...joins, cni, kubeconfig];
  stages.push({ id: 'join', title: 'Workers and pod network', together: joining });
  const last = [ready, dnsStep(true), ...(until === 'cni' ? [] : [verify])];
  return [...stages, { id: 'done', title: 'Done means done', together: last }, ...kept];
}
