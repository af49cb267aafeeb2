import { performance } from 'node:perf_hooks';
import { keepPolicies } from '../../scripts/labnet/agent/policies.ts';
import { exec, type Exec } from '../../scripts/labnet/plan/exec.ts';
import { local } from '../../scripts/nodes/local.ts';
import { fakeApi, paths } from '../support/fake-api.ts';
import { add, type Samples } from './measure.ts';
import { anotherPolicy, crowd } from './policy-world.ts';

/**
 * From the event of the API server to the rules in force, on a node with 110 pods under 100 policies: a policy comes, and
 * goes again. In milliseconds.
 */
export async function benchPolicy(runs: number): Promise<Samples> {
  const samples: Samples = new Map();
  const netns = `labnet-bench-${process.pid}`;
  const stop = new AbortController();
  let loaded: (() => void) | undefined;
  const inside: Exec = async (argv, stdin) => {
    const ended = await exec(['ip', 'netns', 'exec', netns, ...argv], stdin);
    if (argv[0] === 'nft' && stdin !== undefined && ended.code === 0) loaded?.();
    return ended;
  };
  const inForce = (): Promise<void> => new Promise((resolve) => (loaded = resolve));

  await local(['ip', 'netns', 'add', netns]);
  try {
    const { namespaces, pods, policies } = crowd([]);
    const { api, say } = fakeApi({
      ...{ [paths.namespaces]: namespaces, [paths.pods]: pods, [paths.policies]: policies },
    });
    const addresses = new Map(
      pods.map(({ metadata, status }) => [
        `${metadata.namespace}/${metadata.name}`,
        status?.podIP ?? '',
      ]),
    );
    const keeper = keepPolicies({
      ...{ api, exec: inside, nodeName: 'node-1', signal: stop.signal },
      localAddresses: () => addresses,
      log: console.error,
    });
    const first = performance.now();
    await keeper.inForce;
    add(samples, 'all policies for the first time', performance.now() - first);
    console.log(`${keeper.figures().rules} rules for ${pods.length} pods`);
    for (let run = 0; run < runs; run++) {
      for (const type of ['ADDED', 'DELETED'] as const) {
        const changed = inForce();
        const began = performance.now();
        say(paths.policies, type, anotherPolicy(run));
        await changed;
        add(samples, `a policy ${type.toLowerCase()}`, performance.now() - began);
      }
    }
    return samples;
  } finally {
    stop.abort();
    await local(['ip', 'netns', 'delete', netns]);
  }
}
