import { describe, expect, it } from 'vitest';
import {
  indexWasLocked,
  libvirtWasSilent,
  messages,
  nodeState,
  parseSshConfig,
  progressOf,
} from '../../../scripts/nodes/providers/vagrant-words.ts';

describe('what Vagrant says for programs', () => {
  it('is read line by line, with commas and line ends put back', () => {
    const output = [
      '1732240000,master,metadata,provider,libvirt',
      '1732240000,master,state,running',
      '1732240000,,ui,info,one%!(VAGRANT_COMMA) two\\nthree',
      'a warning that somebody printed',
      '',
    ].join('\n');
    expect(messages(output)).toEqual([
      { machine: 'master', kind: 'metadata', data: 'provider,libvirt' },
      { machine: 'master', kind: 'state', data: 'running' },
      { machine: '', kind: 'ui', data: 'info,one, two\nthree' },
    ]);
  });

  it.each([
    ['not_created', 'missing'],
    ['running', 'running'],
    ['paused', 'frozen'],
    ['shutoff', 'stopped'],
    ['poweroff', 'stopped'],
    ['saved', 'stopped'],
    ['aborted', 'stopped'],
  ])('%s means %s', (said, state) => {
    expect(nodeState(said)).toBe(state);
  });
});

it('an ssh configuration is read, with every key and a path in quotes', () => {
  const text = `Host node1
  HostName 192.168.121.7
  User vagrant
  Port 22
  UserKnownHostsFile /dev/null
  IdentityFile "/home/some one/.vagrant/machines/node1/libvirt/private_key"
  IdentityFile /home/some one/.vagrant.d/insecure_private_key
  LogLevel FATAL
`;
  expect(parseSshConfig(text)).toEqual({
    address: '192.168.121.7',
    port: 22,
    user: 'vagrant',
    identityFiles: [
      '/home/some one/.vagrant/machines/node1/libvirt/private_key',
      '/home/some one/.vagrant.d/insecure_private_key',
    ],
  });
});

it.each([
  ['==> node1: Booting VM...', { machine: 'node1', text: 'Booting VM...' }],
  ['    node1: SSH username: vagrant', { machine: 'node1', text: 'SSH username: vagrant' }],
  ['Bringing machine up', undefined],
  ['', undefined],
])('progress: %s', (line, progress) => {
  expect(progressOf(line)).toEqual(progress);
});

describe('a command that found the index of machines locked', () => {
  const locked = "Vagrant can't use the requested machine because it is locked! This\nmeans that";

  it('is known by its words, in either form', () => {
    const line = `1795739025,,error-exit,Vagrant::Errors::MachineLocked,${locked}`;
    expect(indexWasLocked({ stdout: line, stderr: '' })).toBe(true);
    expect(indexWasLocked({ stdout: '', stderr: locked })).toBe(true);
  });

  it('is not one whose machine is busy, which may take minutes', () => {
    const stderr = "An action 'up' was attempted on the machine 'node1', but another process";
    expect(indexWasLocked({ stdout: '', stderr })).toBe(false);
  });
});

it('knows that nobody answers at the socket of libvirt', () => {
  const stderr =
    "virConnectOpen failed: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file";
  expect(libvirtWasSilent({ stdout: '', stderr })).toBe(true);
  expect(libvirtWasSilent({ stdout: '', stderr: 'The box could not be found' })).toBe(false);
});
