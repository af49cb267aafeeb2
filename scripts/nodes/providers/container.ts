import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { commandLine } from '../../base/argv.ts';
import { LabError, usageError } from '../../base/errors.ts';
import { until } from '../../base/until.ts';
import { finishSwaps } from '../disks/swap.ts';
import type { Engine } from '../engine.ts';
import { ensureUserKey, macAddress, readCredentials, writeSeed } from '../identity.ts';
import { ulimitArgv } from '../limits.ts';
import { commandFailed } from '../local.ts';
import type { Node } from '../node.ts';
import type { EnvironmentSpec, NodeSpec, NodeState, Provider, Report } from '../provider.ts';
import { upstreamResolver } from '../resolver.ts';
import { sshNode } from '../ssh.ts';
import { cloneStore } from '../store-clone.ts';
import * as words from './container-argv.ts';
import { containerDisks } from './container-disks.ts';

export interface ContainerSupply {
  nodeImage: string;
  goldenStore: string;
}

export interface ContainerOptions {
  engine: Engine;
  environment: EnvironmentSpec;
  /** Made before the first node; never asked for by commands that only look or remove. */
  supply: () => ContainerSupply;
}

/** What the engines call a container's state -> what it means here. */
function nodeState(text: string): NodeState {
  if (/paused/i.test(text)) return 'frozen';
  // podman 4 says "Up 5 minutes ago" here, docker and podman 5 "running".
  return /^(running|up )/i.test(text) ? 'running' : 'stopped';
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
  const mine = `label=${words.label}=${environment.name}`;
  // docker knows no --time; it does not wait anyhow.
  const now = engine.name === 'podman' ? ['--time', '0'] : [];
  const removeNow = ['rm', '--force', '--volumes', ...now];

  function spec(name: string): NodeSpec {
    const found = environment.nodes.find((node) => node.name === name);
    if (!found)
      throw usageError('unknown-node', `There is no node "${name}" in ${environment.name}`);
    return found;
  }

  const storeOf = (name: string): string => join(environment.stateDir, 'nodes', name, 'containerd');
  const containerOf = (name: string): string => words.containerName(environment, name);

  async function states(): Promise<Map<string, NodeState>> {
    const { stdout } = await engine.run([
      ...['ps', '--all', '--filter', mine, '--format', '{{.Names}}\t{{.State}}'],
    ]);
    const found = new Map<string, NodeState>();
    for (const { name } of environment.nodes) found.set(name, 'missing');
    for (const line of stdout.split('\n').filter(Boolean)) {
      const [container = '', state = ''] = line.split('\t');
      found.set(container.slice(environment.name.length + 1), nodeState(state));
    }
    return found;
  }

  /** Stops all nodes at once; one that is frozen has to go on first. */
  async function stop(): Promise<void> {
    for (const one of nodes.values()) one.close();
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
    ...{ engine, environment, storeOf, states, stop, create, seed },
    golden: () => supply().goldenStore,
    async removeContainer(name) {
      await engine.run([...removeNow, containerOf(name)]);
    },
  });

  async function networkNames(): Promise<string[]> {
    const { stdout } = await engine.run([
      ...['network', 'ls', '--filter', mine, '--format', '{{.Name}}'],
    ]);
    return stdout.split('\n').filter(Boolean);
  }

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
      LAB_MAC: macAddress(environment.name, node.name, 'lab'),
      NAT_MAC: macAddress(environment.name, node.name, 'nat'),
      DNS_SERVER: (await upstreamResolver()) ?? '',
    });
  }

  async function newStore(name: string, report: Report): Promise<void> {
    report('cloning the image store');
    // What a removed container left in the store belongs to a cluster that is gone.
    await rm(storeOf(name), { recursive: true, force: true });
    await mkdir(dirname(storeOf(name)), { recursive: true });
    await cloneStore(supply().goldenStore, storeOf(name));
  }

  async function create(node: NodeSpec, image: string, report: Report): Promise<void> {
    report('creating the container');
    const options = {
      image,
      seed: await seed(node),
      store: storeOf(node.name),
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
    byHand: {
      prepare: () => [
        commandLine([engine.name, ...words.createLabNetwork(engine.name, environment)]),
      ],
      ensure: (name) => [
        `${engine.name} run --detach --privileged --name ${words.containerName(environment, name)} --hostname ${name} … IMAGE /sbin/init`,
        `# systemd in a container, with the two NICs of the course's VM: vagrant up ${name}`,
      ],
      halt: () => [
        commandLine([
          ...[engine.name, 'stop', '--time', '0'],
          ...environment.nodes.map(({ name }) => containerOf(name)),
        ]),
      ],
      destroy: () => [
        commandLine([
          engine.name,
          ...removeNow,
          ...environment.nodes.map(({ name }) => words.containerName(environment, name)),
        ]),
        commandLine([
          engine.name,
          'network',
          'rm',
          words.labNetwork(environment),
          words.natNetwork(environment),
        ]),
      ],
    },
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
      const present = await networkNames();
      const wanted = [
        { name: words.labNetwork(environment), argv: words.createLabNetwork },
        { name: words.natNetwork(environment), argv: words.createNatNetwork },
      ];
      for (const { name, argv } of wanted) {
        if (present.includes(name)) continue;
        report(`network ${name}`);
        await engine.run(argv(engine.name, environment));
      }
    },
    async ensure(name, report, signal) {
      const state = (await states()).get(name);
      if (state === 'missing') {
        await newStore(name, report);
        await create(spec(name), supply().nodeImage, report);
      }
      if (state !== 'running') {
        report('starting');
        const how = state === 'frozen' ? 'unpause' : 'start';
        await engine.run([how, containerOf(name)], { timeout: 120_000 });
      }
      report('waiting for ssh');
      await until(
        async () => {
          await node(name).exec(['true'], { timeout: 5_000, signal });
          return { done: true, value: undefined };
        },
        {
          describe: `${name} answers ssh`,
          timeout: 60_000,
          interval: 150,
          signal,
          hint: 'lab logs --out DIR',
        },
      );
      return state !== 'running';
    },
    async halt(report) {
      report('stopping the nodes');
      await stop();
    },
    disks,
    async destroy(report) {
      for (const connection of nodes.values()) connection.close();
      nodes.clear();
      const { stdout } = await engine.run(['ps', '--all', '--quiet', '--filter', mine]);
      const ids = stdout.split('\n').filter(Boolean);
      if (ids.length > 0) {
        report(`removing ${ids.length} containers`);
        await engine.run([...removeNow, ...ids], { timeout: 120_000 });
      }
      for (const network of await networkNames()) {
        report(`removing network ${network}`);
        await engine.run(['network', 'rm', network]);
      }
      if (await isFolder(join(environment.stateDir, 'nodes'))) report('removing node data');
      for (const part of ['nodes', 'keys']) {
        await rm(join(environment.stateDir, part), { recursive: true, force: true, maxRetries: 5 });
      }
    },
  };
}
