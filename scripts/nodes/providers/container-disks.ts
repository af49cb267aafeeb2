import { readFile } from 'node:fs/promises';
import { LabError } from '../../base/errors.ts';
import { until, type Attempt } from '../../base/until.ts';
import {
  checkDisks,
  readSaved,
  removeReplaced,
  saveDisks,
  stageDisks,
  type NodeDisks,
} from '../disks/saved.ts';
import { finishSwaps, swapAll } from '../disks/swap.ts';
import { namesIn, refuseMissing } from '../disks/states.ts';
import type { Engine } from '../engine.ts';
import type {
  Disks,
  EnvironmentSpec,
  NodeSpec,
  NodeState,
  Report,
  SavedDisks,
} from '../provider.ts';
import { containerName } from './container-argv.ts';

/** What of a provider its disks need. */
export interface DiskHost {
  engine: Engine;
  environment: EnvironmentSpec;
  /** Folder of the golden containerd root. */
  golden(): string;
  states(): Promise<Map<string, NodeState>>;
  /** Stops all nodes that run. */
  stop(): Promise<void>;
  /** Makes the node's container over this image, with whatever its store holds. */
  create(node: NodeSpec, image: string, report: Report): Promise<void>;
  removeContainer(name: string): Promise<void>;
  /** Writes the node's identity; keys that are there are kept. */
  seed(node: NodeSpec): Promise<string>;
}

interface Inspected {
  Config: { Image: string };
  Mounts: { Destination: string; Source: string }[];
  GraphDriver?: { Data?: { UpperDir?: string; MergedDir?: string } };
}

interface ContainerDisks extends NodeDisks {
  image: string;
  /** Where the overlay is mounted while the container runs. */
  merged: string;
}

/** Whether none of the overlays is in use: only then may their folders be replaced. */
async function unmounted(merged: readonly string[]): Promise<Attempt<void>> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n');
  const left = merged.filter((folder) => mounts.some((line) => line.split(' ')[1] === folder));
  if (left.length === 0) return { done: true, value: undefined };
  return { done: false, state: `still mounted: ${left.join(', ')}` };
}

/** Disks of node containers: the upper folders of the engine's overlay, and the containerd roots. */
export function containerDisks(host: DiskHost): Disks {
  const { engine, environment } = host;

  async function disksOf(names: readonly string[]): Promise<ContainerDisks[]> {
    const containers = names.map((name) => containerName(environment, name));
    const { stdout } = await engine.run(['container', 'inspect', ...containers]);
    return (JSON.parse(stdout) as Inspected[]).map(({ Config, GraphDriver, Mounts }, i) => {
      const { UpperDir: root, MergedDir: merged = '' } = GraphDriver?.Data ?? {};
      const name = names[i] ?? '';
      if (root !== undefined) {
        const store = Mounts.find(
          ({ Destination }) => Destination === '/var/lib/containerd',
        )?.Source;
        return { name, root, merged, store: store ?? '', image: Config.Image };
      }
      throw new LabError('no-overlay', `${engine.name} does not keep its containers on overlay`, {
        why: 'snapshots copy the upper folder of the overlay of each node',
        hint: `use podman, or set the storage driver of ${engine.name} to overlay`,
      });
    });
  }

  const all = environment.nodes.map(({ name }) => name);

  /** Nodes that are missing, or lie over another image, are made anew; their stores come from the copy. */
  async function ensureContainers(image: string, report: Report): Promise<void> {
    const missing = namesIn(await host.states(), 'missing');
    const present = all.filter((name) => !missing.includes(name));
    const disks = present.length === 0 ? [] : await disksOf(present);
    const right = new Set(disks.filter((one) => one.image === image).map(({ name }) => name));
    await Promise.all(
      environment.nodes
        .filter(({ name }) => !right.has(name))
        .map(async (node) => {
          if (present.includes(node.name)) await host.removeContainer(node.name);
          await host.create(node, image, report);
        }),
    );
  }

  return {
    async save(folder, report) {
      const states = await host.states();
      refuseMissing(states);
      const disks = await disksOf(all);
      const running = namesIn(states, 'running').map((name) => containerName(environment, name));
      report('copying the disks');
      if (running.length > 0) await engine.run(['pause', ...running]);
      let finish: () => Promise<SavedDisks>;
      try {
        const from = { image: disks[0]?.image ?? '', golden: host.golden() };
        finish = await saveDisks(environment, disks, folder, from);
      } finally {
        if (running.length > 0) await engine.run(['unpause', ...running]);
      }
      report('taking the digests of the copy');
      return finish();
    },

    async restore(folder, report) {
      const saved = await readSaved(folder);
      const present = await engine.run(['image', 'inspect', saved.image], { allowFailure: true });
      if (present.exitCode !== 0) {
        throw new LabError('no-image', `the node image of these disks is gone: ${saved.image}`, {
          hint: 'lab down && lab up',
        });
      }
      await finishSwaps(environment.stateDir);
      await ensureContainers(saved.image, report);
      const disks = await disksOf(all);
      // Both only read what is saved; nothing of the nodes is touched before the digests are known to be right.
      report('checking the digests, and copying the saved disks');
      const staging = stageDisks(environment, disks, folder, saved);
      const outcomes = await Promise.allSettled([checkDisks(folder), staging]);
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed) {
        // Of all that is beside the nodes now, the keys at least must not stay.
        removeReplaced(environment, disks);
        throw failed.reason;
      }
      const swaps = await staging;
      report('stopping the nodes');
      await host.stop();
      await until(() => unmounted(disks.map(({ merged }) => merged)), {
        describe: 'the end of the stopped nodes',
        timeout: 20_000,
        interval: 50,
      });
      report('putting the disks in place');
      await swapAll(environment.stateDir, swaps);
      // The host may have another DNS server now.
      await Promise.all(environment.nodes.map((node) => host.seed(node)));
    },

    kept: () => Promise.resolve(true),
    async tidy() {
      const present = await host.states();
      const names = all.filter((name) => present.get(name) !== 'missing');
      if (names.length > 0) removeReplaced(environment, await disksOf(names));
    },
  };
}
