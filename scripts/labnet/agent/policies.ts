import { networkInterfaces } from 'node:os';
import { messageOf } from '../../base/errors.ts';
import { turnstile } from '../../base/turnstile.ts';
import { ApiError, type ApiClient } from '../api/client.ts';
import { watch } from '../api/watch.ts';
import { CniError, cniCode } from '../cni/error.ts';
import type { PodName } from '../cni/request.ts';
import type { Exec } from '../plan/exec.ts';
import type { Plan } from '../plan/step.ts';
import type { ApiPod } from '../policy/api.ts';
import { compile, isolationsOf } from '../policy/compile.ts';
import { parseConntrack } from '../policy/conntrack.ts';
import { cut } from '../policy/cut.ts';
import type { Isolation } from '../policy/isolation.ts';
import {
  nameOf,
  readNamespace,
  readPod,
  readPolicy,
  type Namespace,
  type Pod,
  type Policy,
  type World,
} from '../policy/model.ts';
import { ruleset } from '../policy/nft.ts';
import { indexWorld } from '../policy/world-index.ts';
import type { PolicyGuard } from './context.ts';
import { kernelRules } from './kernel-rules.ts';

/** Changes that come within this time (ms) are put in force together. */
const debounce = 50;

export interface PolicyOptions {
  api: ApiClient;
  exec: Exec;
  nodeName: string;
  /** "namespace/name" of the pods that are connected here -> address. The API server learns of it later. */
  localAddresses: () => ReadonlyMap<string, string>;
  log: (text: string) => void;
  signal: AbortSignal;
}

export interface PolicyFigures {
  rules: number;
  /** How long the last change took from the event on, in seconds. */
  seconds: number;
  failures: number;
}

export interface Policies extends PolicyGuard {
  /** Resolves when the rules are in force for the first time. */
  inForce: Promise<void>;
  figures: () => PolicyFigures;
}

/** This node's own addresses: what it says to its pods is not filtered. */
function ownAddresses(): Set<string> {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return new Set(all.map(({ address }) => address));
}

interface KnownPod extends Pod {
  uid: string | undefined;
}

function knownPod(object: ApiPod & { metadata: { uid?: string } }): KnownPod {
  return { ...readPod(object), uid: object.metadata.uid };
}

/** Watches policies and what they select, and keeps the kernel's rules for the pods of this node in line with them. */
export function keepPolicies(options: PolicyOptions): Policies {
  const { api, exec, nodeName, log, signal } = options;
  const known = {
    namespaces: undefined as ReadonlyMap<string, Namespace> | undefined,
    pods: undefined as ReadonlyMap<string, KnownPod> | undefined,
    policies: undefined as ReadonlyMap<string, Policy> | undefined,
  };
  /** Pods that ADD asked for before the watch told of them. */
  const early = new Map<string, KnownPod>();
  const figures: PolicyFigures = { rules: 0, seconds: 0, failures: 0 };
  const rules = kernelRules(exec);
  const inTurn = turnstile(1);
  let since: number | undefined;
  let started: () => void;
  const inForce = new Promise<void>((resolve) => (started = resolve));

  /** Undefined until all three kinds have been listed. */
  function world(): World | undefined {
    const { namespaces, pods, policies } = known;
    if (!namespaces || !pods || !policies) return undefined;
    for (const [name, { uid }] of early) if (pods.get(name)?.uid === uid) early.delete(name);
    const local = options.localAddresses();
    const placed = [...new Map([...pods, ...early]).values()].map((pod) => {
      if (pod.node !== nodeName || pod.hostNetwork) return pod;
      // Of its own pods this agent knows best: an address that the API still tells may be another pod's by now.
      const address = local.get(nameOf(pod));
      return { ...pod, addresses: address === undefined ? [] : [address] };
    });
    return { namespaces: [...namespaces.values()], pods: placed, policies: [...policies.values()] };
  }

  async function cutDenied(isolations: readonly Isolation[]): Promise<void> {
    if (isolations.length === 0) return;
    const { stdout } = await exec(['conntrack', '-L']);
    for (const argv of cut(isolations, parseConntrack(stdout), ownAddresses())) await exec(argv);
  }

  async function apply(): Promise<void> {
    const began = since ?? performance.now();
    since = undefined;
    try {
      const now = world();
      if (!now) return;
      const isolations = compile(now, nodeName);
      // Most changes of pods change no rule; then the kernel is not even asked.
      if (await rules.load(isolations)) {
        figures.seconds = (performance.now() - began) / 1000;
        await cutDenied(isolations);
      }
      figures.rules = new Set(isolations.flatMap(({ rules }) => rules)).size;
      started();
    } catch (error) {
      figures.failures++;
      log(`policies: ${messageOf(error)}`);
      setTimeout(changed, 1_000).unref();
    }
  }

  function changed(): void {
    if (since !== undefined) return;
    since = performance.now();
    setTimeout(() => void inTurn(apply), debounce);
  }

  function keepKind<T, S>(
    path: string,
    read: (object: T) => S,
    take: (all: ReadonlyMap<string, S>) => void,
  ): void {
    void watch(api, {
      path,
      keep: read,
      onChange(all: ReadonlyMap<string, S>) {
        take(all);
        changed();
      },
      onProblem: (problem) => problem !== undefined && log(`${path}: ${problem}`),
      signal,
    });
  }

  keepKind('/api/v1/namespaces', readNamespace, (all) => (known.namespaces = all));
  keepKind('/api/v1/pods', knownPod, (all) => (known.pods = all));
  keepKind(
    '/apis/networking.k8s.io/v1/networkpolicies',
    readPolicy,
    (all) => (known.policies = all),
  );

  async function planFor(name: PodName, address: string): Promise<Plan> {
    const key = nameOf(name);
    if (!known.policies) {
      const text = 'the policies of the cluster are not known yet';
      throw new CniError(cniCode.tryAgainLater, text, 'the API server has not answered this agent');
    }
    if (known.policies.size === 0 && !rules.has(address)) return [];
    const seen = known.pods?.get(key);
    // A pod that was made anew under its old name may have other labels.
    if (!seen || (name.uid !== undefined && seen.uid !== name.uid)) {
      early.set(key, await fetched(name));
    }
    for (;;) {
      const now = world();
      const pod = now?.pods.find((one) => nameOf(one) === key);
      const own = now && pod ? isolationsOf(indexWorld(now), pod) : [];
      const wanted = ruleset(own);
      const busy = rules.busy(address, wanted);
      if (busy) {
        await busy;
        continue;
      }
      if (own.length === 0 && !rules.has(address)) return [];
      return [
        {
          id: 'policies',
          before: 'pod-up',
          why: `The network policies that select the pod, as rules, before it can send or get a packet: ${own.map(({ pod, direction }) => `${direction} of ${pod}`).join(', ') || 'none any more'}.`,
          command: { tool: 'nft', text: rules.begin(address, wanted) },
        },
      ];
    }
  }

  async function fetched({ namespace, name }: PodName): Promise<KnownPod> {
    try {
      return knownPod(await api.get<ApiPod>(`/api/v1/namespaces/${namespace}/pods/${name}`));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) {
        const text = `the pod ${namespace}/${name} is gone from the API server`;
        throw new CniError(cniCode.tryAgainLater, text, 'kubelet ends it soon');
      }
      const text = `the labels of ${namespace}/${name} are not known`;
      throw new CniError(cniCode.tryAgainLater, text, messageOf(error));
    }
  }

  function settled(address: string, well: boolean): void {
    // The policies may have changed in the meantime.
    if (rules.ended(address, well)) changed();
  }

  return { planFor, settled, changed, inForce, figures: () => figures };
}
