import { readFile } from 'node:fs/promises';
import type { Argv } from '../base/argv.ts';
import { LabError, messageOf } from '../base/errors.ts';
import { hasProgram, local, type LocalOptions } from './local.ts';
import type { ExecResult } from './node.ts';

export type EngineName = 'podman' | 'docker';

/** A container engine that works on this host. */
export interface Engine {
  name: EngineName;
  version: string;
  /** The OCI runtime to ask for; docker keeps its own default. */
  runtime: 'runc' | 'crun' | 'default';
  run(argv: Argv, options?: LocalOptions): Promise<ExecResult>;
}

export type CgroupMode = 'v2' | 'v1' | 'hybrid';

/** How the host mounts cgroups: "hybrid" is v1 controllers with a v2 tree beside them. */
export async function cgroupMode(): Promise<CgroupMode> {
  const { stdout } = await local(['stat', '-fc', '%T', '/sys/fs/cgroup'], { allowFailure: true });
  if (stdout.trim() === 'cgroup2fs') return 'v2';
  const unified = await local(['test', '-d', '/sys/fs/cgroup/unified'], { allowFailure: true });
  return unified.exitCode === 0 ? 'hybrid' : 'v1';
}

/** Bit number in the capability sets of /proc/PID/status; see capability.h of Linux. */
const sysResource = 24n;

/** Whether this process may hand the capability on to what it starts. */
async function hasCapability(bit: bigint): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8');
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  return ((BigInt(`0x${bounding}`) >> bit) & 1n) === 1n;
}

/** crun refuses a hybrid host ("hybrid mode not supported"), so runc is preferred everywhere. */
async function podmanRuntime(): Promise<'runc' | 'crun' | undefined> {
  if (await hasProgram('runc')) return 'runc';
  if ((await hasProgram('crun')) && (await cgroupMode()) === 'v2') return 'crun';
  return undefined;
}

/** The words that start every call of the engine. */
export function enginePrefix(name: EngineName, runtime: Engine['runtime']): Argv {
  return runtime === 'default' ? [name] : [name, '--runtime', runtime];
}

type Probe = { engine: Engine } | { reason: string };

async function probePodman(): Promise<Probe> {
  if (!(await hasProgram('podman'))) return { reason: 'podman: not installed' };
  const runtime = await podmanRuntime();
  if (!runtime) return { reason: 'podman: no OCI runtime that works on this host (runc)' };
  // Not `info`, which takes half a second: it looks at the whole store. Whether that works, the next call shows.
  return finish('podman', runtime, ['version', '--format', '{{.Client.Version}}']);
}

async function probeDocker(): Promise<Probe> {
  if (!(await hasProgram('docker'))) return { reason: 'docker: not installed' };
  if (!(await hasCapability(sysResource))) {
    return {
      reason:
        'docker: cannot start privileged containers on a host without CAP_SYS_RESOURCE ("unable to apply caps"); podman can',
    };
  }
  return finish('docker', 'default', ['version', '--format', '{{.Server.Version}}']);
}

async function finish(name: EngineName, runtime: Engine['runtime'], version: Argv): Promise<Probe> {
  const prefix = enginePrefix(name, runtime);
  const run = (argv: Argv, options?: LocalOptions): Promise<ExecResult> =>
    local([...prefix, ...argv], options);
  try {
    const { stdout } = await run(version, { timeout: 15_000 });
    return { engine: { name, version: stdout.trim(), runtime, run } };
  } catch (error) {
    const details = error instanceof LabError ? error.details : undefined;
    return { reason: `${name}: installed, but does not answer (${details ?? messageOf(error)})` };
  }
}

const probes = { podman: probePodman, docker: probeDocker } satisfies Record<
  EngineName,
  () => Promise<Probe>
>;

/**
 * The wanted engine, or with "auto" the first that works (podman before docker).
 * @throws LabError `no-engine` with the reason for each one tried.
 */
export async function findEngine(wanted: EngineName | 'auto'): Promise<Engine> {
  const names: EngineName[] = wanted === 'auto' ? ['podman', 'docker'] : [wanted];
  const reasons: string[] = [];
  for (const name of names) {
    const probe = await probes[name]();
    if ('engine' in probe) return probe.engine;
    reasons.push(probe.reason);
  }
  throw new LabError('no-engine', 'No container engine works on this host', {
    details: reasons.join('\n'),
    hint: 'lab doctor --fix   (installs podman and runc on Debian and Ubuntu)',
  });
}
