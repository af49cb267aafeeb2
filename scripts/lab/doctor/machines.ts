import { readFile } from 'node:fs/promises';
import { contains, nthAddress } from '../../base/cidr.ts';
import { askKvm, type Kvm } from '../../nodes/kvm.ts';
import { hasProgram, local } from '../../nodes/local.ts';
import { check, type Check, type HostNeeds } from './check.ts';

/** What this host has for virtual machines. */
export interface MachineFacts {
  /** Vagrant's version; undefined where it is not installed. */
  vagrant: string | undefined;
  /** Its plugin for libvirt. */
  plugin: string | undefined;
  /** What libvirt says of itself, or why it does not answer; undefined where it is not installed. */
  libvirt: { version: string } | { problem: string } | undefined;
  qemu: boolean;
  /** libvirt gives machines their addresses with it. */
  dnsmasq: boolean;
  virtualBox: string | undefined;
  /** Networks that VirtualBox may give host-only interfaces; undefined where no file says so. */
  ranges: readonly string[] | undefined;
  kvm: Kvm;
}

async function answer(argv: readonly string[], pattern: RegExp): Promise<string | undefined> {
  const { exitCode, stdout } = await local(argv, { allowFailure: true, timeout: 20_000 });
  return exitCode === 0 ? pattern.exec(stdout)?.[1] : undefined;
}

async function askLibvirt(): Promise<MachineFacts['libvirt']> {
  if (!(await hasProgram('virsh'))) return undefined;
  const argv = ['virsh', '--connect', 'qemu:///system', 'version'];
  const { exitCode, stdout, stderr } = await local(argv, { allowFailure: true, timeout: 20_000 });
  if (exitCode !== 0) return { problem: stderr.trim().split('\n').at(-1) ?? '' };
  return { version: /library: libvirt (\S+)/.exec(stdout)?.[1] ?? '' };
}

/** @see https://www.virtualbox.org/manual/ch06.html#network_hostonly */
export function parseRanges(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.trim().startsWith('*'))
    .flatMap((line) => line.replace('*', ' ').trim().split(/\s+/))
    .filter((word) => /^[0-9.]+\/[0-9]+$/.test(word));
}

export async function collectMachines(): Promise<MachineFacts> {
  const vagrant = await answer(['vagrant', '--version'], /Vagrant (\S+)/);
  const listed = vagrant === undefined ? '' : await answer(['vagrant', 'plugin', 'list'], /([^]*)/);
  const rules = await readFile('/etc/vbox/networks.conf', 'utf8').catch(() => undefined);
  return {
    vagrant,
    plugin: /vagrant-libvirt \(([^,)]+)/.exec(listed ?? '')?.[1],
    libvirt: await askLibvirt(),
    qemu: await hasProgram('qemu-system-x86_64'),
    dnsmasq: await hasProgram('dnsmasq'),
    virtualBox: await answer(['VBoxManage', '--version'], /^(\S+)/),
    ranges: rules === undefined ? undefined : parseRanges(rules),
    kvm: await askKvm(),
  };
}

const libvirtPackages = [
  'libvirt-daemon-system',
  'libvirt-clients',
  'qemu-system-x86',
  'qemu-utils',
  // Debian only recommends these two: QEMU's network cards do not start without their boot ROM, nor networks without dnsmasq.
  'ipxe-qemu',
  'dnsmasq-base',
];

const libvirtPrograms = ['virsh', 'qemu-system-x86_64', 'dnsmasq'];

/** Packages for machines that this host lacks, without asking Vagrant, which takes seconds to answer. */
export async function missingForMachines({ vm }: HostNeeds): Promise<string[]> {
  const without = async (program: string): Promise<boolean> => !(await hasProgram(program));
  const virtualBox = vm.hypervisor === 'virtualbox' || !(await without('VBoxManage'));
  const vagrant = (await without('vagrant')) ? ['vagrant'] : [];
  if (vm.hypervisor !== 'libvirt' && virtualBox) return vagrant;
  const lacking = await Promise.all(libvirtPrograms.map(without));
  return [
    // A Vagrant that came from elsewhere has plugins of its own.
    ...vagrant.flatMap((name) => [name, 'vagrant-libvirt']),
    ...(lacking.includes(true) ? libvirtPackages : []),
  ];
}

function libvirtChecks(facts: MachineFacts): Check[] {
  const { plugin, libvirt } = facts;
  const lacking = [
    ...(facts.qemu ? [] : ['QEMU for this processor']),
    ...(facts.dnsmasq ? [] : ['dnsmasq']),
  ];
  const without = lacking.length === 0 ? '' : `, without ${lacking.join(' and ')}`;
  const answers = libvirt !== undefined && 'version' in libvirt;
  return [
    check({
      id: 'vagrant-libvirt',
      title: 'vagrant-libvirt',
      status: plugin === undefined ? 'fail' : 'ok',
      found: plugin ?? 'not installed',
      why: 'Vagrant drives libvirt with it',
      packages: ['vagrant-libvirt'],
    }),
    check({
      id: 'libvirt',
      title: 'libvirt',
      status: answers && without === '' ? 'ok' : 'fail',
      found: answers
        ? `${libvirt.version}${without}`
        : libvirt === undefined
          ? 'not installed'
          : `does not answer: ${libvirt.problem}`,
      why: 'it runs the machines and their networks',
      packages: libvirt === undefined || without !== '' ? libvirtPackages : [],
      fix: answers
        ? []
        : ['systemctl start libvirtd   # without systemd: virtlogd -d; libvirtd -d'],
    }),
  ];
}

function virtualBoxChecks({ virtualBox = '', ranges }: MachineFacts, network: string): Check[] {
  const host = nthAddress(network, 1);
  const [major = 0, minor = 0, patch = 0] = virtualBox.split(/[.r_]/).map(Number);
  const ruled = major > 6 || (major === 6 && (minor > 1 || (minor === 1 && patch >= 28)));
  // Without the file, VirtualBox itself allows this range only.
  const allowed = (ranges ?? ['192.168.56.0/21']).some((range) => contains(range, host));
  return [
    check({
      id: 'virtualbox-ranges',
      title: 'host-only range',
      status: !ruled || allowed ? 'ok' : 'fail',
      found: allowed ? `${network} is allowed` : `${network} is not in /etc/vbox/networks.conf`,
      why: 'since 6.1.28 VirtualBox refuses host-only networks outside of the ranges that this file allows',
      fix: [`echo '* ${network}' | sudo tee -a /etc/vbox/networks.conf`],
    }),
  ];
}

/** What virtual machines need of this host. */
export function judgeMachines(facts: MachineFacts, needs: HostNeeds): Check[] {
  const { vagrant, virtualBox, kvm } = facts;
  const useVirtualBox =
    needs.vm.hypervisor === 'virtualbox' ||
    (needs.vm.hypervisor === 'auto' && virtualBox !== undefined && facts.plugin === undefined);
  const speed = {
    works: 'KVM',
    'no-device': 'emulation: /dev/kvm cannot be opened',
    'no-extension': 'emulation: this processor shows neither VT-x nor AMD-V',
  }[kvm];
  return [
    check({
      id: 'vagrant',
      title: 'Vagrant',
      status: vagrant === undefined ? 'fail' : 'ok',
      found: vagrant ?? 'not installed',
      why: 'it makes the machines',
      packages: ['vagrant'],
    }),
    ...(useVirtualBox ? virtualBoxChecks(facts, needs.network) : libvirtChecks(facts)),
    check({
      id: 'virtualisation',
      title: 'virtualisation',
      status: kvm === 'works' || useVirtualBox ? 'ok' : 'warn',
      found: speed,
      why: 'an emulated processor is some ten times slower: expect a quarter of an hour for `lab up` instead of two minutes',
      fix: [
        '# switch on VT-x or AMD-V in the firmware, or nested virtualisation in the hypervisor above',
      ],
    }),
  ];
}
