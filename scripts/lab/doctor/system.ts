import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { readIfExists } from '../../base/files.ts';
import { cgroupMode, type CgroupMode } from '../../nodes/engine.ts';
import { hasProgram } from '../../nodes/local.ts';
import { check, type Check } from './check.ts';

export interface SystemFacts {
  /** User id of this process; -1 where there is none. */
  uid: number;
  sudo: boolean;
  platform: string;
  arch: string;
  /** From /etc/os-release. */
  os: { id: string; like: string; name: string };
  apt: boolean;
  /** As `uname -r` has it. */
  kernel: string;
  /** As in v20.20.2. */
  node: string;
  cgroup: CgroupMode;
  controllers: readonly string[];
}

const oldestKernel = [4, 19] as const;
const oldestNode = [20, 20] as const;
const neededControllers = ['cpu', 'cpuset', 'memory', 'pids'] as const;

function atLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [, first, second] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(first) > major || (Number(first) === major && Number(second) >= minor);
}

export function rootCheck({ uid, sudo }: Pick<SystemFacts, 'uid' | 'sudo'>): Check {
  const again = 'npx lab up';
  return check({
    id: 'root',
    title: 'root rights',
    status: uid === 0 ? 'ok' : 'fail',
    found: uid === 0 ? 'root' : `user ${uid}${sudo ? ', who has sudo' : ', and there is no sudo'}`,
    why: 'nodes are privileged containers with their own networks and file systems',
    // sudo has a PATH of its own, in which Node is missing when it was not installed as a package.
    fix: [sudo ? `sudo env "PATH=$PATH" ${again}` : `su -c '${again}'`],
  });
}

function osCheck({ platform, arch, os, apt }: SystemFacts): Check {
  const linux = platform === 'linux' && ['x64', 'arm64'].includes(arch);
  const remark = apt ? '' : '; packages must be installed by hand';
  return check({
    id: 'os',
    title: 'operating system',
    status: !linux ? 'fail' : apt ? 'ok' : 'warn',
    found: `${os.name || platform} on ${arch}${remark}`,
    why: 'nodes are Linux containers for x86-64 or arm64; with apt-get, --fix can install packages',
    fix: linux ? ['# install the packages named below with your own package manager'] : [],
  });
}

function kernelCheck({ kernel }: SystemFacts): Check {
  return check({
    id: 'kernel',
    title: 'kernel version',
    status: atLeast(kernel, oldestKernel) ? 'ok' : 'fail',
    found: kernel,
    why: `Kubernetes wants Linux ${oldestKernel.join('.')} or newer`,
    fix: ['# upgrade the distribution'],
  });
}

function cgroupChecks({ cgroup, controllers }: SystemFacts): Check[] {
  const missing = neededControllers.filter((name) => !controllers.includes(name));
  const names: Record<CgroupMode, string> = {
    v2: 'version 2',
    v1: 'version 1',
    hybrid: 'version 1 with a version 2 tree beside it (hybrid)',
  };
  return [
    check({
      id: 'cgroup',
      title: 'control groups',
      status: cgroup === 'v2' ? 'ok' : 'warn',
      found: names[cgroup],
      why: 'Kubernetes is leaving version 1: the lab tells kubelet to accept it, and only runc works',
      fix: [
        '# to change it, add systemd.unified_cgroup_hierarchy=1 to the kernel command line and restart',
      ],
    }),
    check({
      id: 'cgroup-controllers',
      title: 'cgroup controllers',
      status: missing.length === 0 ? 'ok' : 'fail',
      found: missing.length === 0 ? neededControllers.join(', ') : `missing: ${missing.join(', ')}`,
      why: 'kubelet refuses to start without them',
      fix: [
        '# add cgroup_enable=memory cgroup_enable=cpuset to the kernel command line and restart',
      ],
    }),
  ];
}

function nodeCheck({ node }: SystemFacts): Check {
  return check({
    id: 'node',
    title: 'Node.js',
    status: atLeast(node, oldestNode) ? 'ok' : 'fail',
    found: node,
    why: `lab itself needs ${oldestNode.join('.')} or newer`,
    fix: ['# install it from https://nodejs.org'],
  });
}

export function judgeSystem(facts: SystemFacts): Check[] {
  return [
    rootCheck(facts),
    osCheck(facts),
    kernelCheck(facts),
    ...cgroupChecks(facts),
    nodeCheck(facts),
  ];
}

/** A value of /etc/os-release; quotes are optional there. */
function osValue(text: string, key: string): string {
  return new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
}

async function controllersOf(mode: CgroupMode): Promise<string[]> {
  if (mode === 'v2') {
    const text = await readFile('/sys/fs/cgroup/cgroup.controllers', 'utf8');
    return text.trim().split(/\s+/);
  }
  // Columns of /proc/cgroups: name, hierarchy, number of groups, enabled.
  const rows = ((await readIfExists('/proc/cgroups')) ?? '')
    .split('\n')
    .map((row) => row.split('\t'));
  return rows.filter((row) => row[3] === '1').map(([name = '']) => name);
}

export async function collectRoot(): Promise<Pick<SystemFacts, 'uid' | 'sudo'>> {
  const uid = process.getuid?.() ?? -1;
  return { uid, sudo: uid !== 0 && (await hasProgram('sudo')) };
}

export async function collectSystem(): Promise<SystemFacts> {
  const text = (await readIfExists('/etc/os-release')) ?? '';
  const cgroup = await cgroupMode();
  return {
    ...(await collectRoot()),
    platform: process.platform,
    arch: process.arch,
    os: {
      id: osValue(text, 'ID'),
      like: osValue(text, 'ID_LIKE'),
      name: osValue(text, 'PRETTY_NAME'),
    },
    apt: await hasProgram('apt-get'),
    kernel: release(),
    node: process.version,
    cgroup,
    controllers: await controllersOf(cgroup),
  };
}
