import type { Check } from '../../../../scripts/lab/doctor/check.ts';
import type { SystemFacts } from '../../../../scripts/lab/doctor/system.ts';

/** What is not ok, as {id: status}. */
export function bad(checks: readonly Check[]): Record<string, string> {
  const some = checks.filter(({ status }) => status !== 'ok');
  return Object.fromEntries(some.map(({ id, status }) => [id, status]));
}

export function find(checks: readonly Check[], id: string): Check {
  const found = checks.find((one) => one.id === id);
  if (!found) throw new Error(`no check ${id} in ${checks.map((one) => one.id).join(', ')}`);
  return found;
}

/** Ubuntu 24.04 on a laptop, as root. */
export const ubuntu: SystemFacts = {
  uid: 0,
  sudo: false,
  platform: 'linux',
  arch: 'x64',
  os: { id: 'ubuntu', like: 'debian', name: 'Ubuntu 24.04.3 LTS' },
  apt: true,
  kernel: '6.8.0-87-generic',
  node: 'v20.20.2',
  cgroup: 'v2',
  controllers: ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids', 'rdma', 'misc'],
};

/** Debian 12 in a small virtual machine without CAP_SYS_RESOURCE. */
export const hybrid: SystemFacts = {
  ...ubuntu,
  os: { id: 'debian', like: '', name: 'Debian GNU/Linux 12 (bookworm)' },
  kernel: '6.18.44-fc-v445',
  cgroup: 'hybrid',
  controllers: ['cpuset', 'cpu', 'cpuacct', 'memory', 'devices', 'freezer', 'pids'],
};
