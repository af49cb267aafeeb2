import { describe, expect, it } from 'vitest';
import {
  judgeMachines,
  parseRanges,
  type MachineFacts,
} from '../../../../scripts/lab/doctor/machines.ts';
import type { HostNeeds } from '../../../../scripts/lab/doctor/check.ts';

const complete: MachineFacts = {
  vagrant: '2.3.4',
  plugin: '0.11.2',
  libvirt: { version: '9.0.0' },
  qemu: true,
  dnsmasq: true,
  virtualBox: undefined,
  ranges: undefined,
  kvm: 'works',
};
const needs = {
  network: '10.100.198.0/24',
  vm: { hypervisor: 'auto' },
} as HostNeeds;

const failed = (facts: Partial<MachineFacts>, hypervisor = 'auto'): string[] =>
  judgeMachines({ ...complete, ...facts }, { ...needs, vm: { hypervisor } } as HostNeeds)
    .filter(({ status }) => status === 'fail')
    .map(({ id, found }) => `${id}: ${found}`);

describe('what virtual machines need of the host', () => {
  it('is there', () => expect(failed({})).toEqual([]));

  it('is named where libvirt lacks a part of it', () => {
    expect(failed({ dnsmasq: false })).toEqual(['libvirt: 9.0.0, without dnsmasq']);
    expect(failed({ qemu: false, dnsmasq: false })).toEqual([
      'libvirt: 9.0.0, without QEMU for this processor and dnsmasq',
    ]);
    expect(failed({ libvirt: { problem: 'no socket' } })).toEqual([
      'libvirt: does not answer: no socket',
    ]);
  });

  it('is a rule for the network where VirtualBox asks for one', () => {
    const host = { virtualBox: '7.0.10', plugin: undefined };
    expect(failed(host)).toEqual([
      'virtualbox-ranges: 10.100.198.0/24 is not in /etc/vbox/networks.conf',
    ]);
    expect(failed({ ...host, virtualBox: '6.1.26' })).toEqual([]);
    const ranges = parseRanges('# mine\n* 10.100.198.0/24 192.168.56.0/21\n');
    expect(ranges).toEqual(['10.100.198.0/24', '192.168.56.0/21']);
    expect(failed({ ...host, ranges })).toEqual([]);
  });
});
