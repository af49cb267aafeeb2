import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Duplex } from 'node:stream';
import { until } from '../base/until.ts';
import { containerStates } from './container-states.ts';
import { enginePrefix, type Engine } from './engine.ts';
import { ensureUserKey, readCredentials, seedFolder, writeSeed } from './identity.ts';
import { ulimitArgv } from './limits.ts';
import { local } from './local.ts';
import type { Node } from './node.ts';
import type { EnvironmentSpec, NodeState, Report } from './provider.ts';
import { createSystem } from './providers/container-argv.ts';
import { sandboxKinds, type SandboxKind } from './sandbox-kinds.ts';
import { sshNode, waitForSsh } from './ssh.ts';

/** What a sandbox is made from. */
export interface SandboxSupply {
  /** Its image, in the engine's store. */
  image: string;
  /** Kind docker: a folder of Docker's with all images unpacked, to be copied. */
  dockerStore?: string;
}

/** One bare node without a cluster and without any network: whoever is in it makes networks there. */
export interface Sandbox {
  readonly kind: SandboxKind;
  readonly node: Node;
  running(): Promise<boolean>;
  /** Makes or starts it, unless it runs, and returns when it answers. */
  ensure(supply: () => Promise<SandboxSupply>, report: Report, signal?: AbortSignal): Promise<void>;
  /** Removes it, if there is one, with all that was done in it. */
  remove(): Promise<boolean>;
}

/** Not the label of nodes: what a provider does with its nodes is nothing for sandboxes. */
const label = 'kubernetes-networking-lab.sandbox-of';

/** sshd for one connection, on the standard streams: with a network of its own the sandbox would not be bare. */
const sshd = ['sh', '-c', 'mkdir -p /run/sshd && exec /usr/sbin/sshd -i'];

function streamTo(engine: Engine, container: string): Duplex {
  const words = [...enginePrefix(engine.name, engine.runtime), 'exec', '--interactive', container];
  const [program = '', ...argv] = [...words, ...sshd];
  const child = spawn(program, argv, { stdio: ['pipe', 'pipe', 'ignore'] });
  const stream = Duplex.from({ writable: child.stdin, readable: child.stdout });
  child.once('error', (error) => stream.destroy(error));
  stream.once('close', () => child.kill());
  return stream;
}

function nameOf(environment: EnvironmentSpec, kind: SandboxKind): string {
  return `${environment.name}-sandbox-${kind}`;
}

/** The sandboxes of an environment that are there, and their states. */
export async function findSandboxes(
  engine: Engine,
  environment: EnvironmentSpec,
): Promise<Map<SandboxKind, NodeState>> {
  const there = await containerStates(engine, `${label}=${environment.name}`);
  const found = new Map<SandboxKind, NodeState>();
  for (const kind of sandboxKinds) {
    const state = there.get(nameOf(environment, kind));
    if (state) found.set(kind, state);
  }
  return found;
}

export function openSandbox(
  engine: Engine,
  environment: EnvironmentSpec,
  kind: SandboxKind,
): Sandbox {
  const container = nameOf(environment, kind);
  const folder = join(environment.stateDir, 'sandboxes', kind);
  const store = join(folder, 'docker');
  const spec = { name: kind, role: 'control-plane', address: '' } as const;

  const node = sshNode({
    ...spec,
    ...{ port: 22, user: 'vagrant', stream: () => streamTo(engine, container) },
    credentials: () => readCredentials(environment, kind),
  });

  async function state(): Promise<NodeState> {
    return (await findSandboxes(engine, environment)).get(kind) ?? 'missing';
  }

  async function create({ image, dockerStore }: SandboxSupply, report: Report): Promise<void> {
    report('creating the container');
    await ensureUserKey(environment);
    await rm(store, { recursive: true, force: true });
    if (dockerStore !== undefined) {
      await mkdir(dirname(store), { recursive: true });
      await local(['cp', '--archive', '--reflink=auto', dockerStore, store], { timeout: 120_000 });
    }
    const system = createSystem(engine.name, {
      ...{ container, hostname: kind, label: `${label}=${environment.name}` },
      ...{ seed: await writeSeed(environment, spec, {}), limits: await ulimitArgv() },
      networks: ['--network', 'none'],
    });
    const volume = dockerStore === undefined ? [] : ['--volume', `${store}:/var/lib/docker`];
    await engine.run([...system, ...volume, image, '/sbin/init']);
  }

  async function startDocker(signal?: AbortSignal): Promise<void> {
    await until(
      async () => {
        // The first tries may come before systemd listens: sshd does not wait for it here.
        await node.exec(['systemctl', 'start', 'docker.service'], { timeout: 30_000 });
        await node.exec(['docker', 'version'], { timeout: 5_000 });
        return { done: true, value: undefined };
      },
      {
        ...{
          describe: 'Docker answers',
          timeout: 60_000,
          interval: 200,
          hint: 'lab logs --out DIR',
        },
        ...(signal === undefined ? {} : { signal }),
      },
    );
  }

  async function remove(): Promise<boolean> {
    node.close();
    const was = await state();
    if (was !== 'missing') {
      const now = engine.name === 'podman' ? ['--time', '0'] : [];
      await engine.run(['rm', '--force', '--volumes', ...now, container], { timeout: 120_000 });
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    await rm(dirname(seedFolder(environment, kind)), { recursive: true, force: true });
    return was !== 'missing';
  }

  return {
    kind,
    node,
    running: async () => (await state()) === 'running',
    async ensure(supply, report, signal) {
      const was = await state();
      if (was === 'running') return;
      // Network namespaces are gone when it was stopped; what is left of it is of no use.
      if (was !== 'missing') await remove();
      await create(await supply(), report);
      report('starting');
      await engine.run(['start', container], { timeout: 120_000 });
      report('waiting for ssh');
      await waitForSsh(node, { each: 5_000, all: 60_000, interval: 100 }, signal);
      if (kind === 'docker') {
        report('starting Docker');
        await startDocker(signal);
      }
    },
    remove,
  };
}
