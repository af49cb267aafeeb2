import { commandLine, type Argv } from '../../base/argv.ts';
import type { ExecResult } from '../node.ts';
import type { EnvironmentSpec, NodeState, Provider } from '../provider.ts';

/** What Vagrant is told by its environment. */
export function vagrantEnv(
  environment: EnvironmentSpec,
  project: string,
  records: string,
): Record<string, string> {
  return {
    VAGRANT_CWD: project,
    VAGRANT_DOTFILE_PATH: records,
    VAGRANT_CHECKPOINT_DISABLE: '1',
    VAGRANT_NO_COLOR: '1',
    LAB_ENV: environment.name,
    // The Vagrantfile leaves the rest to whoever drives it.
    LAB_DRIVES: '1',
  };
}

/** One line of --machine-readable: time, machine, kind, data. */
interface Message {
  machine: string;
  kind: string;
  data: string;
}

/** @see https://developer.hashicorp.com/vagrant/docs/cli/machine-readable, "Format" */
export function messages(output: string): Message[] {
  return output
    .split('\n')
    .map((line) => line.split(','))
    .filter(({ length }) => length >= 4)
    .map(([, machine = '', kind = '', ...data]) => ({
      machine,
      kind,
      data: data.join(',').replaceAll('%!(VAGRANT_COMMA)', ',').replaceAll('\\n', '\n'),
    }));
}

/**
 * Whether another Vagrant held the index of machines at that moment; it does so for milliseconds at a time.
 * @see Vagrant's lib/vagrant/machine_index.rb
 */
export function indexWasLocked({ stdout, stderr }: Pick<ExecResult, 'stdout' | 'stderr'>): boolean {
  return /Vagrant::Errors::MachineLocked|requested machine because it is locked/.test(
    stdout + stderr,
  );
}

/** Whether Vagrant found nobody at libvirt's socket. */
export function libvirtWasSilent({
  stdout,
  stderr,
}: Pick<ExecResult, 'stdout' | 'stderr'>): boolean {
  return /Failed to connect socket to '\S*libvirt/.test(stdout + stderr);
}

/** What the hypervisors call a machine's state -> what it means here. */
export function nodeState(text: string): NodeState {
  if (text === 'not_created') return 'missing';
  if (text === 'running') return 'running';
  // libvirt says "paused" of a machine that stands still, and "saved" of one with its memory on the disk.
  return text === 'paused' ? 'frozen' : 'stopped';
}

export interface SshConfig {
  address: string;
  port: number;
  user: string;
  /** In the order in which they are to be tried. */
  identityFiles: string[];
}

/** The answer of `vagrant ssh-config NAME`: one host in the form of ssh_config(5). */
export function parseSshConfig(text: string): SshConfig {
  const values = (key: string): string[] =>
    [...text.matchAll(new RegExp(`^\\s*${key}\\s+(.*\\S)\\s*$`, 'gm'))].map(([, found = '']) =>
      found.replace(/^"(.*)"$/, '$1'),
    );
  const value = (key: string): string => values(key)[0] ?? '';
  return {
    address: value('HostName'),
    port: Number(value('Port')),
    user: value('User'),
    identityFiles: values('IdentityFile'),
  };
}

/** Which machine a line of progress is about, and what it says; as in "==> node1: Booting VM...". */
export function progressOf(line: string): { machine: string; text: string } | undefined {
  const found = /^(?:==>|\s{3})\s*([a-z0-9-]+):\s+(.*\S)\s*$/.exec(line);
  return found ? { machine: found[1] as string, text: found[2] as string } : undefined;
}

/** What a person would type. */
export function byHand(environment: EnvironmentSpec): Provider['byHand'] {
  const names = environment.nodes.map(({ name }) => name);
  const line = (...words: string[]): Argv => ['vagrant', ...words];
  return {
    prepare: () => ['# Vagrant makes the networks with the first machine'],
    ensure: (name) => [commandLine(line('up', name))],
    halt: () => [commandLine(line('halt', ...names))],
    destroy: () => [commandLine(line('destroy', '--force'))],
  };
}
