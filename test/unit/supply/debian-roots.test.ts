import { describe, expect, it } from 'vitest';
import {
  mmdebstrapArgv,
  nodeRoot,
  rootKey,
  toolsRoot,
} from '../../../scripts/supply/debian-roots.ts';
import { workloadImages } from '../../../scripts/supply/workload-images.ts';

describe('mmdebstrapArgv', () => {
  it('makes a small root without documentation', () => {
    expect(mmdebstrapArgv({ name: 'x', packages: ['jq', 'curl'] }, '/build/root.tar')).toEqual([
      'mmdebstrap',
      '--variant=minbase',
      '--include=jq,curl',
      '--dpkgopt=path-exclude=/usr/share/man/*',
      '--dpkgopt=path-exclude=/usr/share/doc/*',
      '--dpkgopt=path-exclude=/usr/share/locale/*',
      'trixie',
      '/build/root.tar',
    ]);
  });
});

describe('roots', () => {
  it.each([
    ['nodes', nodeRoot.packages],
    ['images', toolsRoot.packages],
  ])('of %s name each package once', (_, packages) => {
    expect(new Set(packages).size).toBe(packages.length);
    for (const name of packages) expect(name).toMatch(/^[a-z0-9][a-z0-9+.-]+$/);
  });

  it('have the tools of the course in every node', () => {
    // ip and bridge, tcpdump, iptables, nft, conntrack, curl, dig, traceroute, netstat and ifconfig, jq
    expect(nodeRoot.packages).toEqual(
      expect.arrayContaining([
        ...['iproute2', 'tcpdump', 'iptables', 'nftables', 'conntrack', 'curl'],
        ...['bind9-dnsutils', 'traceroute', 'net-tools', 'jq', 'iputils-ping'],
        ...['systemd', 'openssh-server', 'sudo'],
      ]),
    );
  });

  it('have the programs that images take from them', () => {
    const packageOf: Record<string, string> = {
      'usr/bin/catatonit': 'catatonit',
      'usr/bin/busybox': 'busybox-static',
    };
    for (const { programs = {} } of workloadImages) {
      for (const source of Object.values(programs)) {
        if ('tools' in source) expect(toolsRoot.packages).toContain(packageOf[source.tools]);
      }
    }
  });

  it('have a key that follows their packages, and not where they are made', () => {
    expect(rootKey(nodeRoot)).not.toBe(rootKey(toolsRoot));
    expect(rootKey({ ...nodeRoot })).toBe(rootKey(nodeRoot));
    const more = { ...nodeRoot, packages: [...nodeRoot.packages, 'strace'] };
    expect(rootKey(more)).not.toBe(rootKey(nodeRoot));
  });
});
