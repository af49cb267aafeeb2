import { commandLine, type Argv } from '../../base/argv.ts';
import type { LabConfig } from '../config.ts';

/** `warn`: the lab works, with a limit that `why` names. `fail`: it does not. */
export type CheckStatus = 'ok' | 'warn' | 'fail';

/** One prerequisite of the host. */
export interface Check {
  /** Stable, as in "memory" or "package-gcc". */
  id: string;
  title: string;
  status: CheckStatus;
  /** What is there, as in "1.4 GiB free". */
  found: string;
  why: string;
  /** Lines that a person would type (`#` starts a remark); empty when nothing is to be done. */
  fix: readonly string[];
  /** Debian packages whose installation is the fix, or a part of it. */
  packages?: readonly string[];
  /** What `--fix` runs as root. */
  commands?: readonly Argv[];
}

/** What of an environment's configuration decides whether the host will do. */
export type HostNeeds = Pick<
  LabConfig,
  'name' | 'network' | 'kubernetes' | 'provider' | 'engine' | 'vm' | 'cni' | 'supply'
>;

export function installArgv(packages: readonly string[]): Argv {
  return ['apt-get', 'install', '-y', '--no-install-recommends', ...packages];
}

type Draft = Omit<Check, 'fix'> & { fix?: readonly string[] };

/** A check whose fix starts with what its packages and commands stand for; none when all is well. */
export function check({ fix = [], ...rest }: Draft): Check {
  if (rest.status === 'ok') {
    const { id, title, status, found, why } = rest;
    return { id, title, status, found, why, fix: [] };
  }
  const { packages = [], commands = [] } = rest;
  const install = packages.length === 0 ? [] : [commandLine(installArgv(packages))];
  return { ...rest, fix: [...install, ...commands.map(commandLine), ...fix] };
}

/** As in "3.4 GiB". */
export function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

/** As in "12 GB". */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(bytes < 10e9 ? 1 : 0)} GB`;
}
