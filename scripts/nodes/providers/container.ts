import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { prefixOf } from '../../base/cidr.ts';
import { LabError, usageError } from '../../base/errors.ts';
import { until } from '../../base/until.ts';
import { storeFolders } from '../disks/saved.ts';
import { finishSwaps } from '../disks/swap.ts';
import { containerStates } from '../container-states.ts';
import type { Engine } from '../engine.ts';
import { ensureUserKey, macAddress, readCredentials, writeSeed } from '../identity.ts';
import { ulimitArgv } from '../limits.ts';
import { commandFailed } from '../local.ts';
import type { Node } from '../node.ts';
import type {
  EnvironmentSpec,
  NodeSpec,
  NodeState,
  Provider,
  Report,
  Supply,
} from '../provider.ts';
import { upstreamResolver } from '../resolver.ts';
import { sshNode, waitForSsh } from '../ssh.ts';
import { cloneStore } from '../store-clone.ts';
import * as words from './container-argv.ts';
import { containerDisks } from './container-disks.ts';
import { containerNetworks } from './container-networks.ts';
import { containerStandby, settleDown } from './container-standby.ts';

export interface ContainerOptions {
  engine: Engine;
  environment: EnvironmentSpec;
  supply: () => Supply;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Nodes as systemd containers on podman or docker. */
export function containerProvider({ engine, environment, supply }: ContainerOptions): Provider {
  const nodes = new Map<string, Node>();
  const networks = containerNetworks(engine, environment);
  const label = `${words.label}=${environment.name}`;
  // docker knows no --time; it does not wait anyhow.
  const now = engine.name === 'podman' ? ['--time', '0'] : [];
  const removeNow = ['rm', '--force', '--volumes', ...now];

  function spec(name: string): NodeSpec {
    const found = environment.nodes.find((node) => node.name === name);
    if (!found)
      throw usageError('unknown-node', `There is no node "${name}" in ${environment.name}`);
    return found;
  }

  function whole(): NonNullable<Supply['whole']> {
    const made = supply().whole;
    if (made) return made;
    throw new Error('the supply has no whole nodes');
  }

  const containerOf = (name: string): string => words.containerName(environment, name);

  /** Also those that stand by, and those whose place one has taken. */
  const containers = (): ReturnType<typeof containerStates> => containerStates(engine, label);

  async function states(): Promise<Map<string, NodeState>> {
    const found = new Map<string, NodeState>();
    for (const { name } of environment.nodes) found.set(name, 'missing');
    for (const [container, state] of await containers()) {
      const name = container.slice(environment.name.length + 1);
      if (!/^(standby|old)-/.test(name)) found.set(name, state);
    }
    return found;
  }

  /** The folder that a container has as its containerd root; undefined where there is no such container. */
  async function mountedStore(container: string): Promise<string | undefined> {
    const found = await engine.run(['container', 'inspect', container], { allowFailure: true });
    if (found.exitCode !== 0) return undefined;
    const [{ Mounts = [] } = {}] = JSON.parse(found.stdout) as {
      Mounts?: { Destination: string; Source: string }[];
    }[];
    return Mounts.find(({ Destination }) => Destination === '/var/lib/containerd')?.Source;
  }

  /** For a container that is to be made. */
  const storeOf = (name: string): string => storeFolders(environment, name)[0] ?? '';

  function disconnect(): void {
    for (const one of nodes.values()) one.close();
  }

  /** Stops all nodes at once; one that is frozen has to go on first. */
  async function stop(): Promise<void> {
    disconnect();
    const found = [...(await states())];
    const inState = (wanted: NodeState): string[] =>
      found.filter(([, state]) => state === wanted).map(([name]) => containerOf(name));
    const frozen = inState('frozen');
    if (frozen.length > 0) await engine.run(['unpause', ...frozen]);
    const up = [...inState('running'), ...frozen];
    if (up.length === 0) return;
    await engine.run(['stop', '--time', '0', ...up], { timeout: 120_000 });
  }

  const disks = containerDisks({
    ...{ engine, environment, states, stop, create, seed },
    golden: () => whole().goldenStore,
    async removeContainer(name) {
      await engine.run([...removeNow, containerOf(name)]);
    },
  });

  const standbyHost = {
    ...{ engine, environment, containers, networks, disconnect },
    storeOf: mountedStore,
    createLive: (node: NodeSpec, image: string, store: string) =>
      create(node, image, () => undefined, store),
  };

  /** The name is taken: by the engine still working for a `lab` that was killed, or by somebody else. */
  async function adopt(name: string, details: string): Promise<void> {
    const container = words.containerName(environment, name);
    await until(
      async () => {
        const state = (await states()).get(name);
        return state === 'missing'
          ? { done: false, state: 'not among the containers of this lab' }
          : { done: true, value: undefined };
      },
      { describe: `container ${container}`, timeout: 10_000, interval: 300 },
    ).catch((cause: unknown) => {
      throw new LabError(
        'name-in-use',
        `A container "${container}" exists that is not of this lab`,
        {
          hint: `remove it (${engine.name} rm ${container}), or choose another name: lab up --env NAME`,
          details: details.trim(),
          cause,
        },
      );
    });
  }

  async function seed(node: NodeSpec): Promise<string> {
    return writeSeed(environment, node, {
      LAB_ADDRESS: node.address,
      LAB_PREFIX: String(prefixOf(environment.network)),
      LAB_MAC: macAddress(environment.name, node.name, 'lab'),
      NAT_MAC: macAddress(environment.name, node.name, 'nat'),
      INTERNAL: environment.internal.join(','),
      DNS_SERVER: (await upstreamResolver()) ?? '',
    });
  }

  async function newStore(name: string, report: Report): Promise<void> {
    report('cloning the image store');
    // What a removed container left in the store belongs to a cluster that is gone.
    await rm(storeOf(name), { recursive: true, force: true });
    await mkdir(dirname(storeOf(name)), { recursive: true });
    await cloneStore(whole().goldenStore, storeOf(name));
  }

  async function create(
    node: NodeSpec,
    image: string,
    report: Report,
    store = storeOf(node.name),
  ): Promise<void> {
    report('creating the container');
    const options = {
      image,
      seed: await seed(node),
      store,
      limits: await ulimitArgv(),
      modules: await isFolder('/lib/modules'),
    };
    await mkdir(options.store, { recursive: true });
    const argv = words.createNode(engine.name, environment, node, options);
    const created = await engine.run(argv, { allowFailure: true });
    if (created.exitCode !== 0) {
      if (!/already in use/.test(created.stderr)) throw commandFailed(engine.name, argv, created);
      await adopt(node.name, created.stderr);
    }
    if (engine.name === 'docker') {
      const container = words.containerName(environment, node.name);
      await engine.run(['network', 'connect', words.natNetwork(environment), container]);
    }
  }

  function node(name: string): Node {
    const known = nodes.get(name);
    if (known) return known;
    const { role, address } = spec(name);
    const credentials = (): ReturnType<typeof readCredentials> =>
      readCredentials(environment, name);
    const made = sshNode({ name, role, address, port: 22, user: 'vagrant', credentials });
    nodes.set(name, made);
    return made;
  }

  return {
    name: 'container',
    platform: engine,
    sharesKernel: true,
    madeFrom: 'whole',
    captures: () => words.captures(engine.name, environment),
    // The folder is mounted in every node.
    share: () => Promise.resolve(),
    byHand: words.byHand(engine.name, environment),
    states,
    node,
    async preflight() {
      if (process.getuid?.() !== 0) {
        throw usageError('no-root', 'Lab nodes are privileged containers: root is needed', {
          hint: 'sudo lab up',
        });
      }
    },
    async prepare(report) {
      await mkdir(environment.sharedDir, { recursive: true });
      await ensureUserKey(environment);
      // Ends a restore that was killed between two renames.
      await finishSwaps(environment.stateDir);
      await networks.ensure(report);
    },
    async ensure(name, report, signal) {
      const state = (await states()).get(name);
      if (state === 'missing') {
        await newStore(name, report);
        await create(spec(name), whole().nodeImage, report);
      }
      if (state !== 'running') {
        report('starting');
        if (state === 'stopped') await settleDown(standbyHost, spec(name));
        const how = state === 'frozen' ? 'unpause' : 'start';
        await engine.run([how, containerOf(name)], { timeout: 120_000 });
      }
      report('waiting for ssh');
      await waitForSsh(node(name), { each: 5_000, all: 60_000, interval: 150 }, signal);
      if (state === 'running') return 'ran';
      return state === 'frozen' ? 'thawed' : 'started';
    },
    async halt(report) {
      report('stopping the nodes');
      await stop();
    },
    disks,
    standby: containerStandby(standbyHost),
    async destroy(report) {
      disconnect();
      nodes.clear();
      const names = [...(await containers()).keys()];
      if (names.length > 0) {
        report(`removing ${names.length} containers`);
        await engine.run([...removeNow, ...names], { timeout: 120_000 });
      }
      await networks.remove(report);
      if (await isFolder(join(environment.stateDir, 'nodes'))) report('removing node data');
      for (const part of ['nodes', 'keys']) {
        await rm(join(environment.stateDir, part), { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}
