import { LabError, messageOf } from '../../base/errors.ts';
import { cgroupMode, findEngine, type CgroupMode, type EngineName } from '../../nodes/engine.ts';
import { hasProgram } from '../../nodes/local.ts';
import { check, type Check } from './check.ts';

export interface EngineState {
  installed: boolean;
  /** Set when it answers. */
  version?: string;
  /** Why it does not. */
  reason?: string;
}

export interface EngineFacts {
  /** From lab.yaml or --engine. */
  wanted: EngineName | 'auto';
  podman: EngineState;
  docker: EngineState;
  cgroup: CgroupMode;
  /** OCI runtimes on the PATH. */
  runtimes: readonly string[];
}

/** Older ones cannot name the NICs of a container. */
const oldestPodman = 4;

/** The engine that the lab takes, or would take once it is repaired. */
export function chosenEngine({ wanted, podman, docker }: EngineFacts): EngineName {
  if (wanted !== 'auto') return wanted;
  if (podman.version !== undefined) return 'podman';
  return docker.version !== undefined ? 'docker' : 'podman';
}

const packagesOf: Record<EngineName, readonly string[]> = {
  podman: ['podman', 'runc'],
  docker: ['docker.io'],
};

/** Installed, but silent: what to type to find out. */
const silent: Record<EngineName, { why: string; fix: readonly string[] }> = {
  docker: {
    why: 'docker is only a client: its daemon makes the containers, and it is not running or not reachable',
    fix: ['systemctl start docker', 'docker version   # shows what is wrong if it still fails'],
  },
  podman: {
    why: 'podman needs no daemon, so its storage or configuration is broken, or its runtime is missing',
    fix: ['podman info   # shows what is wrong'],
  },
};

/** Both engines in a few words, for when none works. */
function stateText(name: EngineName, { installed, reason = '' }: EngineState): string {
  if (!installed) return `${name} is not installed`;
  const [first = ''] = reason.trim().split('\n');
  return `${name} is installed but does not answer${first === '' ? '' : ` (${first})`}`;
}

function engineCheck(facts: EngineFacts): Check {
  const name = chosenEngine(facts);
  const { installed, version } = facts[name];
  const id = 'engine';
  const title = 'container engine';
  const why = 'every node is a container';
  if (version !== undefined) {
    const old = name === 'podman' && Number.parseInt(version) < oldestPodman;
    return check({
      id,
      title,
      status: old ? 'fail' : 'ok',
      found: `${name} ${version}`,
      why: old
        ? `podman ${oldestPodman}.0 is the first that can name the NICs of a container`
        : why,
      fix: ['# upgrade the distribution, or use docker: lab up --engine docker'],
    });
  }
  const tried: readonly EngineName[] = facts.wanted === 'auto' ? ['podman', 'docker'] : [name];
  const found = tried.map((one) => stateText(one, facts[one])).join('; ');
  if (installed) return check({ id, title, status: 'fail', found, ...silent[name] });
  // With only a silent docker there are two ways out.
  const also = facts.wanted === 'auto' && facts.docker.installed ? silent.docker.fix : [];
  const fix = also.length === 0 ? [] : ['# or instead, to use docker:', ...also];
  return check({ id, title, status: 'fail', found, why, packages: packagesOf[name], fix });
}

function runtimeChecks(facts: EngineFacts): Check[] {
  // docker brings its own, and without podman the engine's check says it all.
  if (chosenEngine(facts) !== 'podman' || !facts.podman.installed) return [];
  const { runtimes, cgroup } = facts;
  const crunWorks = runtimes.includes('crun') && cgroup === 'v2';
  const works = runtimes.includes('runc') ? 'runc' : crunWorks ? 'crun' : undefined;
  const refused = runtimes.includes('crun') ? `only crun, which refuses cgroup ${cgroup}` : 'none';
  return [
    check({
      id: 'runtime',
      title: 'OCI runtime',
      status: works ? 'ok' : 'fail',
      found: works ?? refused,
      why: 'podman starts containers with it; crun works on cgroup version 2 only, runc on all',
      packages: ['runc'],
    }),
  ];
}

export function judgeEngine(facts: EngineFacts): Check[] {
  return [engineCheck(facts), ...runtimeChecks(facts)];
}

async function state(name: EngineName, program: string, ask: boolean): Promise<EngineState> {
  if (!(await hasProgram(program))) return { installed: false };
  if (!ask) return { installed: true };
  try {
    return { installed: true, version: (await findEngine(name)).version };
  } catch (error) {
    const reason = (error instanceof LabError ? error.details : undefined) ?? messageOf(error);
    // The engine's own words, without the sentence around them.
    return { installed: true, reason: /does not answer \(([^]*)\)$/.exec(reason)?.[1] ?? reason };
  }
}

export interface EngineLook {
  /** Only see what is installed; an engine is asked only where the answer decides about packages. */
  quick?: boolean;
}

export async function collectEngine(
  wanted: EngineFacts['wanted'],
  { quick = false }: EngineLook = {},
): Promise<EngineFacts> {
  const podman = await state('podman', 'podman', !quick);
  const docker = await state('docker', 'docker', !quick || !podman.installed);
  const found = ['runc', 'crun'].map(async (name) => ((await hasProgram(name)) ? [name] : []));
  return {
    wanted,
    podman,
    docker,
    cgroup: await cgroupMode(),
    runtimes: (await Promise.all(found)).flat(),
  };
}
