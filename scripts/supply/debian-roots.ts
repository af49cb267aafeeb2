import { join } from 'node:path';
import type { Argv } from '../base/argv.ts';
import { LabError } from '../base/errors.ts';
import type { Engine } from '../nodes/engine.ts';
import { hasProgram, local } from '../nodes/local.ts';
import type { Report } from '../nodes/provider.ts';
import { cached, digest, type CacheEntry } from './cache.ts';

/** Debian 13: its systemd (257) still knows cgroup v1, which 258 drops. */
export const suite = 'trixie';

/** A Debian root file system, packed as `root.tar`. */
export interface DebianRoot {
  name: string;
  packages: readonly string[];
}

/** A machine that one can log in to. */
const system = [
  ...['systemd', 'systemd-sysv', 'dbus', 'openssh-server', 'sudo', 'kmod', 'ca-certificates'],
];

/** What every node is made of, with the tools of the course. */
export const nodeRoot: DebianRoot = {
  name: 'root-node',
  packages: [
    ...system,
    ...['iproute2', 'iptables', 'nftables', 'conntrack', 'ipset', 'ethtool', 'bridge-utils'],
    ...['net-tools', 'iputils-ping', 'traceroute', 'tcpdump', 'curl', 'bind9-dnsutils'],
    ...['netcat-openbsd', 'socat', 'jq', 'procps', 'less', 'vim-tiny', 'bash-completion'],
    ...['openssl', 'runc', 'util-linux-extra'],
  ],
};

/** What the workload images, kube-proxy, flannel and labnet share, so that they are one layer on disk. */
export const toolsRoot: DebianRoot = {
  name: 'root-tools',
  packages: [
    ...['iptables', 'nftables', 'iproute2', 'ipset', 'conntrack', 'ethtool', 'net-tools'],
    ...['iputils-ping', 'traceroute', 'tcpdump', 'curl', 'bind9-dnsutils', 'netcat-openbsd'],
    ...['jq', 'procps', 'ca-certificates', 'nginx-light', 'busybox-static', 'catatonit'],
    // For the agent of labnet, and to measure pod networks.
    ...['nodejs', 'iperf3'],
  ],
};

/** A node without a cluster: the tools of the course, a DNS server, and a Docker engine. */
export const sandboxRoot: DebianRoot = {
  name: 'root-sandbox',
  packages: [
    ...system,
    ...['iproute2', 'iptables', 'nftables', 'conntrack', 'ethtool', 'bridge-utils', 'net-tools'],
    ...['iputils-ping', 'iputils-arping', 'traceroute', 'tcpdump', 'curl', 'bind9-dnsutils'],
    ...['dnsmasq-base', 'netcat-openbsd', 'socat', 'busybox-static', 'jq', 'procps', 'less'],
    ...['vim-tiny', 'bash-completion', 'util-linux-extra', 'docker.io', 'docker-cli'],
  ],
};

export function mmdebstrapArgv(root: DebianRoot, archive: string): Argv {
  return [
    ...['mmdebstrap', '--variant=minbase', `--include=${root.packages.join(',')}`],
    // Documentation and translations are of no use in a node; man pages alone are a fifth of the files.
    ...['--dpkgopt=path-exclude=/usr/share/man/*', '--dpkgopt=path-exclude=/usr/share/doc/*'],
    ...['--dpkgopt=path-exclude=/usr/share/locale/*', suite, archive],
  ];
}

function rootEntry(root: DebianRoot): CacheEntry {
  return { name: root.name, key: digest(mmdebstrapArgv(root, 'OUT').join('\n'), process.arch) };
}

async function fromMmdebstrap(root: DebianRoot, archive: string, report: Report): Promise<void> {
  await local(mmdebstrapArgv(root, archive), {
    timeout: 15 * 60_000,
    onLine: (line) => {
      if (line.startsWith('I: ')) report(line.slice('I: '.length));
    },
  });
}

/** Without mmdebstrap: Debian's own base image, filled by its own apt. */
async function fromBaseImage(
  root: DebianRoot,
  archive: string,
  engine: Engine,
  report: Report,
): Promise<void> {
  const name = `lab-${root.name}-${process.pid}`;
  const install = 'apt-get update && apt-get install -y --no-install-recommends "$@"';
  try {
    await engine.run(
      [
        ...['run', '--name', name, '--network', 'host', `docker.io/library/debian:${suite}-slim`],
        ...['sh', '-c', install, 'install', ...root.packages],
      ],
      { timeout: 15 * 60_000, onLine: report },
    );
    await engine.run(['export', '--output', archive, name], { timeout: 5 * 60_000 });
  } finally {
    await engine.run(['rm', '--force', name], { allowFailure: true });
  }
}

/** The path of the packed root, made first where it is not cached. About 40 s each. */
export async function ensureRoot(
  root: DebianRoot,
  engine: Engine,
  report: Report,
): Promise<string> {
  const folder = await cached(rootEntry(root), async (work) => {
    const archive = join(work, 'root.tar');
    try {
      if (await hasProgram('mmdebstrap')) await fromMmdebstrap(root, archive, report);
      else await fromBaseImage(root, archive, engine, report);
    } catch (cause) {
      throw new LabError('debian-root', `the Debian root "${root.name}" could not be made`, {
        why: cause instanceof Error ? cause.message : String(cause),
        details: (cause instanceof LabError ? cause.details : undefined) ?? '',
        hint: 'check that Debian packages can be reached (apt-get update), then run the same command again',
        cause,
      });
    }
  });
  return join(folder, 'root.tar');
}

export function rootKey(root: DebianRoot): string {
  return rootEntry(root).key;
}
