import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfExists } from '../../base/files.ts';
import { hardLimit } from '../../nodes/limits.ts';
import { check, type Check, type CheckStatus } from './check.ts';

export interface LimitFacts {
  /** The capabilities that root has here: CapEff of root, CapBnd of anyone else. Hexadecimal. */
  capabilities: string;
  /** Hard limits, cut at what a node is given. */
  files: number;
  processes: number;
  /** Key -> value; undefined when the kernel has no such setting now. */
  sysctls: Readonly<Record<string, number | undefined>>;
}

/** Bits of include/uapi/linux/capability.h, and what happens without each. */
const capabilities: readonly { name: string; bit: number; status: CheckStatus; why: string }[] = [
  {
    name: 'SYS_ADMIN',
    bit: 21,
    status: 'fail',
    why: 'nodes mount file systems and make namespaces',
  },
  {
    name: 'NET_ADMIN',
    bit: 12,
    status: 'fail',
    why: 'nodes have their own NICs, routes and rules',
  },
  {
    name: 'SYS_RESOURCE',
    bit: 24,
    status: 'warn',
    why: "nobody may raise limits without it, so nodes get the host's, and containerd may not protect itself from running out of memory",
  },
];

function capabilityCheck(facts: LimitFacts): Check {
  const held = BigInt(`0x${facts.capabilities}`);
  const missing = capabilities.filter(({ bit }) => ((held >> BigInt(bit)) & 1n) === 0n);
  const worst = missing.find(({ status }) => status === 'fail') ?? missing[0];
  const names = (missing.length === 0 ? capabilities : missing).map(({ name }) => `CAP_${name}`);
  return check({
    id: 'capabilities',
    title: 'capabilities',
    status: worst?.status ?? 'ok',
    found: `${missing.length === 0 ? '' : 'missing: '}${names.join(', ')}`,
    why: worst?.why ?? 'root needs them to make nodes',
    fix: ['# this machine is itself confined: start it with these capabilities (--privileged)'],
  });
}

/** `enough` is what nodes are given at most (nodes/limits.ts). */
const files = { id: 'nofile', title: 'open files (hard limit)', enough: 20_000, least: 4_096 };
const processes = { id: 'nproc', title: 'processes (hard limit)', enough: 20_000, least: 4_096 };

function ulimitCheck({ id, title, enough, least }: typeof files, found: number): Check {
  return check({
    id,
    title,
    status: found >= enough ? 'ok' : found >= least ? 'warn' : 'fail',
    found: found >= enough ? `${enough} or more` : String(found),
    why: `a node has hundreds of threads and thousands of open files: ${enough} are enough`,
    fix: [
      `prlimit --pid $$ --${id}=${enough}:${enough}   # as root, then start lab from that shell`,
    ],
  });
}

interface Sysctl {
  key: string;
  /** What three nodes with their pods need. */
  least: number;
  set: number;
  why: string;
  /** Kernel module that brings the setting. */
  module?: string;
}

const sysctls: readonly Sysctl[] = [
  {
    key: 'fs.inotify.max_user_instances',
    least: 512,
    set: 1024,
    why: 'systemd, kubelet and containerd of all nodes watch files as one user: "too many open files"',
  },
  {
    key: 'fs.inotify.max_user_watches',
    least: 65_536,
    set: 524_288,
    why: 'every mounted volume and log of every node is watched: "no space left on device"',
  },
  {
    key: 'net.netfilter.nf_conntrack_max',
    least: 131_072,
    set: 131_072,
    why: 'kube-proxy wants this much, and a container may not raise it',
    module: 'nf_conntrack',
  },
];

function sysctlCheck({ key, least, set, why, module }: Sysctl, found: number | undefined): Check {
  const load = found === undefined && module !== undefined ? [['modprobe', module]] : [];
  return check({
    id: key.split('.').at(-1) ?? key,
    title: key,
    status: found !== undefined && found >= least ? 'ok' : 'warn',
    found: found === undefined ? 'not there' : String(found),
    why: `${why}; ${least} are enough`,
    commands: [...load, ['sysctl', '-w', `${key}=${set}`]],
    fix: [`echo '${key} = ${set}' >> /etc/sysctl.d/90-lab.conf   # to keep it after a restart`],
  });
}

export function judgeLimits(facts: LimitFacts): Check[] {
  return [
    capabilityCheck(facts),
    ulimitCheck(files, facts.files),
    ulimitCheck(processes, facts.processes),
    ...sysctls.map((one) => sysctlCheck(one, facts.sysctls[one.key])),
  ];
}

async function readSysctl(key: string): Promise<number | undefined> {
  const text = await readIfExists(join('/proc/sys', ...key.split('.')));
  return text === undefined ? undefined : Number(text);
}

export async function collectLimits(): Promise<LimitFacts> {
  const status = await readFile('/proc/self/status', 'utf8');
  const row = process.getuid?.() === 0 ? 'CapEff' : 'CapBnd';
  const limits = await readFile('/proc/self/limits', 'utf8');
  const values = sysctls.map(async ({ key }) => [key, await readSysctl(key)] as const);
  return {
    capabilities: new RegExp(`^${row}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? '0',
    files: hardLimit(limits, 'Max open files'),
    processes: hardLimit(limits, 'Max processes'),
    sysctls: Object.fromEntries(await Promise.all(values)),
  };
}
