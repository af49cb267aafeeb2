import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { LabError } from '../../base/errors.ts';
import { until } from '../../base/until.ts';
import { checkDisks, fillNode, storeFolders } from '../disks/saved.ts';
import { engineNode } from '../engine-node.ts';
import type { Engine } from '../engine.ts';
import { seedFolder } from '../identity.ts';
import { ulimitArgv } from '../limits.ts';
import { inBackground, local } from '../local.ts';
import type { Node } from '../node.ts';
import type { EnvironmentSpec, NodeSpec, NodeState, Standby } from '../provider.ts';
import * as words from './container-argv.ts';
import type { ContainerNetworks } from './container-networks.ts';

/** What of a provider its standby needs. */
export interface StandbyHost {
  engine: Engine;
  environment: EnvironmentSpec;
  /** Every container of this environment, by its full name. */
  containers(): Promise<Map<string, NodeState>>;
  networks: Pick<ContainerNetworks, 'names'>;
  /** The folder with the containerd root of a container, by its full name. */
  storeOf(container: string): Promise<string | undefined>;
  /** Ends the connections to the nodes. */
  disconnect(): void;
  /** Makes the container of a live node, not started, with this containerd root. */
  createLive(node: NodeSpec, image: string, store: string): Promise<void>;
}

interface Inspected {
  Config: { Image: string };
  GraphDriver: { Data: { UpperDir: string } };
  NetworkSettings: { Networks: Record<string, unknown> };
}

interface Link {
  ifindex: number;
  ifname: string;
}

/**
 * A node that once stood by is on the standby segment as far as the engine knows, and would start there again. So before it
 * starts it is made anew as a live one, around the same disks.
 */
export async function settleDown(host: StandbyHost, node: NodeSpec): Promise<void> {
  const { engine, environment } = host;
  const live = words.containerName(environment, node.name);
  const inspect = async (): Promise<Inspected | undefined> => {
    const { stdout } = await engine.run(['container', 'inspect', live]);
    return (JSON.parse(stdout) as Inspected[])[0];
  };
  const found = await inspect();
  if (!found || !(words.standbyNetwork(environment) in found.NetworkSettings.Networks)) return;
  const store = (await host.storeOf(live)) ?? '';
  const old = `${environment.name}-old-${node.name}`;
  await engine.run(['rename', live, old]);
  await host.createLive(node, found.Config.Image, store);
  const root = (await inspect())?.GraphDriver.Data.UpperDir ?? '';
  await rm(root, { recursive: true, force: true });
  await rename(found.GraphDriver.Data.UpperDir, root);
  await engine.run(['rm', '--force', '--volumes', '--time', '0', old]);
}

/**
 * Its own address comes last of what a node gives itself at its start. Before, whoever asks for that address is led out to
 * the live node that has the same.
 */
async function answers(node: Node): Promise<void> {
  await until(
    async () => {
      const there = ['systemctl', 'is-active', '--quiet', 'lab-node.service'];
      await node.exec(there, { timeout: 5_000 });
      return { done: true, value: undefined };
    },
    { describe: `${node.name} has its address`, timeout: 30_000 },
  );
}

/** The second set of nodes, as containers apart from the lab network. */
export function containerStandby(host: StandbyHost): Standby {
  const { engine, environment } = host;
  const names = environment.nodes.map(({ name }) => name);
  const standbyOf = (name: string): string => words.standbyContainer(environment, name);
  const liveOf = (name: string): string => words.containerName(environment, name);
  const oldOf = (name: string): string => `${environment.name}-old-${name}`;

  async function present(of: (name: string) => string): Promise<string[]> {
    const all = await host.containers();
    return names.map(of).filter((container) => all.has(container));
  }

  /** Removes containers at once, and their stores; the engine may take its time. */
  async function discard(of: (name: string) => string): Promise<void> {
    const doomed = await present(of);
    const stores = await Promise.all(doomed.map((container) => host.storeOf(container)));
    if (doomed.length > 0) {
      await engine.run(['rm', '--force', '--volumes', '--time', '0', ...doomed], {
        timeout: 120_000,
      });
    }
    for (const store of stores) if (store) await rm(store, { recursive: true, force: true });
  }

  /** The host's end of each container's NIC on the lab network, in order. */
  async function hostNics(containers: readonly string[]): Promise<string[]> {
    const { stdout } = await local(['ip', '-json', 'link']);
    const links = JSON.parse(stdout) as Link[];
    const format = '{{.State.Pid}}';
    const pids = (await engine.run(['inspect', '--format', format, ...containers])).stdout;
    return Promise.all(
      pids
        .trim()
        .split('\n')
        .map(async (pid, i) => {
          const inside = ['nsenter', '--target', pid, '--net', 'ip', '-json', 'link', 'show'];
          const nic = await local([...inside, 'dev', 'enp0s8']);
          const [{ link_index: index } = { link_index: 0 }] = JSON.parse(nic.stdout) as {
            link_index: number;
          }[];
          const found = links.find(({ ifindex }) => ifindex === index);
          if (found) return found.ifname;
          throw new LabError('no-nic', `${containers[i] ?? ''} has no NIC on this host`);
        }),
    );
  }

  async function labBridge(): Promise<string> {
    const format = '{{.NetworkInterface}}';
    const words_ = ['network', 'inspect', '--format', format, words.labNetwork(environment)];
    return (await engine.run(words_)).stdout.trim();
  }

  return {
    possible: () => engine.name === 'podman',

    async raise(folder, report): Promise<readonly Node[]> {
      const saved = await checkDisks(folder);
      await discard(standbyOf);
      if (!(await host.networks.names()).includes(words.standbyNetwork(environment))) {
        await engine.run(words.createStandbyNetwork(environment));
      }
      report('making the standby nodes');
      const limits = await ulimitArgv();
      await Promise.all(
        environment.nodes.map(async (node) => {
          const used = await host.storeOf(liveOf(node.name));
          const [store = ''] = storeFolders(environment, node.name).filter((one) => one !== used);
          const seed = seedFolder(environment, node.name);
          const modules = existsSync('/lib/modules');
          const options = { image: saved.image, seed, store, limits, modules, standby: true };
          const fill = await fillNode(folder, node.name, saved, store);
          await engine.run(words.createNode(engine.name, environment, node, options));
          const format = '{{.GraphDriver.Data.UpperDir}}';
          const inspect = ['inspect', '--format', format, standbyOf(node.name)];
          await fill((await engine.run(inspect)).stdout.trim());
        }),
      );
      report('starting the standby nodes');
      await engine.run(['start', ...names.map(standbyOf)], { timeout: 120_000 });
      const nodes = environment.nodes.map((node) => engineNode(engine, standbyOf(node.name), node));
      await Promise.all(nodes.map(answers));
      return nodes;
    },

    async freeze() {
      await engine.run(['pause', ...names.map(standbyOf)]);
    },

    async ready() {
      const all = await host.containers();
      return names.every((name) => all.get(standbyOf(name)) === 'frozen');
    },

    async take(report) {
      host.disconnect();
      await discard(oldOf);
      const live = await present(liveOf);
      const running = [...(await host.containers())]
        .filter(([container, state]) => live.includes(container) && state !== 'stopped')
        .map(([container]) => container);
      report('changing places');
      const [leave, join_, bridge] = await Promise.all([
        running.length > 0 ? hostNics(running) : [],
        hostNics(names.map(standbyOf)),
        labBridge(),
      ]);
      for (const nic of leave) await local(['ip', 'link', 'set', 'dev', nic, 'nomaster']);
      for (const name of names) {
        if (live.includes(liveOf(name))) await engine.run(['rename', liveOf(name), oldOf(name)]);
        await engine.run(['rename', standbyOf(name), liveOf(name)]);
      }
      for (const nic of join_) await local(['ip', 'link', 'set', 'dev', nic, 'master', bridge]);
      await engine.run(['unpause', ...names.map(liveOf)]);
    },

    async tidy() {
      const old = await present(oldOf);
      const stores = await Promise.all(old.map((container) => host.storeOf(container)));
      if (old.length === 0) return;
      const removal = [engine.name, 'rm', '--force', '--volumes', '--time', '0', ...old];
      const folders = stores.filter((store) => store !== undefined);
      const script = 'n=$1; shift; "${@:1:$n}"; shift "$n"; exec rm -rf "$@"';
      const count = String(removal.length);
      inBackground([
        'nice',
        '-n',
        '19',
        'bash',
        '-c',
        script,
        'tidy',
        count,
        ...removal,
        ...folders,
      ]);
    },

    drop: () => discard(standbyOf),
  };
}
