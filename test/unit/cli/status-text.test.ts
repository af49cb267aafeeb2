import { describe, expect, it } from 'vitest';
import { cniHealthy, cniStatusText } from '../../../scripts/cli/commands/cni-status.ts';
import { remoteCommand } from '../../../scripts/cli/commands/ssh.ts';
import { statusText } from '../../../scripts/cli/commands/status.ts';
import type { CniStatus } from '../../../scripts/cluster/cni/status.ts';
import type { LabStatus } from '../../../scripts/lab/status.ts';

const lab: LabStatus = {
  name: 'lab',
  up: true,
  complete: false,
  provider: 'container',
  engine: { name: 'podman', version: '4.3.1' },
  network: '10.100.198.0/24',
  nodes: [
    {
      name: 'master',
      role: 'control-plane',
      address: '10.100.198.200',
      state: 'running',
      joined: true,
      ready: true,
      kubelet: 'v1.36.3',
      runtime: 'containerd://2.3.7',
    },
    {
      name: 'node1',
      role: 'worker',
      address: '10.100.198.201',
      state: 'stopped',
      joined: true,
      ready: false,
      kubelet: 'v1.36.3',
      runtime: 'containerd://2.3.7',
    },
  ],
  sandboxes: [],
  api: { answers: true },
  cni: { configured: 'flannel', installed: [{ name: 'flannel', agents: { ready: 1, wanted: 2 } }] },
  dns: { ready: 2, wanted: 2 },
  kubeconfig: '/state/lab/vagrant/admin.conf',
  shared: '/state/lab/vagrant',
  missing: [{ what: 'the node node1 is stopped', next: 'lab up' }],
};

describe('lab status', () => {
  it('shows nodes, facts, and what is missing with what to type', () => {
    expect(statusText(lab)).toBe(
      `NODE    ROLE           ADDRESS         STATE    KUBELET  RUNTIME             READY
master  control-plane  10.100.198.200  running  v1.36.3  containerd://2.3.7  Ready
node1   worker         10.100.198.201  stopped  v1.36.3  containerd://2.3.7  down

lab          lab, container on podman 4.3.1, network 10.100.198.0/24
API server   answers
pod network  flannel (1 of 2 agents ready); configured: flannel
CoreDNS      2 of 2 ready
kubeconfig   /state/lab/vagrant/admin.conf
/vagrant     /state/lab/vagrant

MISSING                      NEXT
  the node node1 is stopped  lab up`,
    );
    expect(statusText({ ...lab, missing: [] })).toMatch(/\nNothing is missing\.$/);
  });

  it('says in a line that nothing is up', () => {
    const missing = [{ what: 'the lab is not up', next: 'lab up --env b' }];
    expect(statusText({ ...lab, name: 'b', up: false, missing })).toBe(
      'b is not up.   next: lab up --env b',
    );
    const sandboxes = [{ name: 'netns' as const, state: 'running' as const }];
    expect(statusText({ ...lab, name: 'b', up: false, missing, sandboxes })).toBe(
      'b is not up.   next: lab up --env b\nsandboxes: netns (running)',
    );
    expect(statusText({ ...lab, sandboxes })).toContain('\nsandboxes    netns (running)\n');
  });

  it('tells what it does not know from what is not there', () => {
    const { dns: _, kubeconfig: __, ...rest } = lab;
    const api = { answers: false, problem: 'connection refused' };
    const cni = { configured: 'flannel' as const, installed: [] };
    const text = statusText({ ...rest, api, cni });
    expect(text).toContain('API server   does not answer: connection refused');
    expect(text).toContain('pod network  unknown; configured: flannel');
    expect(text).toContain('CoreDNS      unknown');
    expect(text).toContain('kubeconfig   none');
  });
});

const cni: CniStatus = {
  configured: 'flannel',
  installed: ['flannel'],
  nodes: [
    {
      node: 'node1',
      agent: { pod: 'kube-flannel-ds-x', ready: true, state: 'Running' },
      file: '10-flannel.conflist',
      network: 'cbr0',
      plugins: ['flannel', 'portmap'],
      unused: [],
      leftovers: [],
    },
  ],
};

describe('lab cni status', () => {
  it('shows agent and configuration of every node', () => {
    expect(cniStatusText(cni)).toBe(
      `configured  flannel
installed   flannel

NODE   AGENT    CONFIG IN USE        NETWORK
node1  Running  10-flannel.conflist  cbr0: flannel, portmap`,
    );
    expect(cniHealthy(cni)).toBe(true);
  });

  it('shows what others have left, and a configuration that wins by its name', () => {
    const nodes: CniStatus['nodes'] = [
      {
        node: 'node1',
        file: '05-mine.conf',
        network: 'mine',
        plugins: ['bridge'],
        unused: ['10-flannel.conflist'],
        leftovers: [{ cni: 'flannel', traces: ['device cni0', 'chain FLANNEL-FWD'] }],
      },
    ];
    const text = cniStatusText({ configured: 'flannel', installed: [], nodes });
    expect(text).toContain('installed   none   (not as configured)');
    expect(text).toContain('node1: not used, since it is not the first: 10-flannel.conflist');
    expect(text).toContain('  node1: device cni0, chain FLANNEL-FWD   (flannel)');
    expect(text).toContain('lab cni remove');
  });

  it('is healthy without a network only if none is wanted', () => {
    const bare: CniStatus = { configured: 'flannel', installed: [], nodes: [{ node: 'node1' }] };
    expect(cniHealthy(bare)).toBe(false);
    expect(cniHealthy({ ...bare, configured: 'none' })).toBe(true);
    expect(cniHealthy({ configured: 'flannel', nodes: [] })).toBe(false);
    const { agent: _, ...silent } = cni.nodes[0] ?? { node: '' };
    expect(cniHealthy({ ...cni, nodes: [silent] })).toBe(false);
  });

  it('says why it does not know', () => {
    const problem = 'the API server does not answer';
    const text = cniStatusText({ configured: 'flannel', problem, nodes: [{ node: 'node1' }] });
    expect(text).toContain(`installed   unknown: ${problem}`);
    expect(text).toContain('node1  unknown  none');
  });
});

describe('the words of lab ssh', () => {
  it('reach the program as they are; one alone is a line for the shell', () => {
    expect(remoteCommand([])).toEqual([]);
    expect(remoteCommand(['--'])).toEqual([]);
    expect(remoteCommand(['--', 'echo', 'a b'])).toEqual(['echo', 'a b']);
    expect(remoteCommand(['ip link | head'])).toEqual(['bash', '-c', 'ip link | head']);
  });
});
