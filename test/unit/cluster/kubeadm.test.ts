import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../../scripts/base/argv.ts';
import type { ClusterSettings } from '../../../scripts/cluster/cluster.ts';
import {
  createToken,
  dnsPatch,
  dnsPatchPath,
  initByHand,
  initConfiguration,
  joinConfiguration,
  kubeadmInit,
  kubeadmJoin,
  randomToken,
} from '../../../scripts/cluster/kubeadm.ts';
import { printManifest } from '../../../scripts/cluster/objects.ts';

const settings: ClusterSettings = {
  kubernetesVersion: '1.36.3',
  podSubnet: '10.244.0.0/16',
  serviceSubnet: '10.96.0.0/12',
  dnsDomain: 'cluster.local',
  cni: {
    name: 'flannel',
    flannel: { iface: 'lab', backend: 'vxlan' },
    weave: { range: '10.32.0.0/12' },
  },
};

const token = 'abcdef.0123456789abcdef';
const address = '10.100.198.200';

const clusterAndProxy = `---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.3
encryptionAlgorithm: ECDSA-P256
networking:
  podSubnet: 10.244.0.0/16
  serviceSubnet: 10.96.0.0/12
  dnsDomain: cluster.local
etcd:
  local:
    extraArgs:
      - name: heartbeat-interval
        value: "10"
      - name: election-timeout
        value: "50"
controllerManager:
  extraArgs:
    - name: leader-elect
      value: "false"
    - name: kube-api-qps
      value: "200"
    - name: kube-api-burst
      value: "400"
scheduler:
  extraArgs:
    - name: leader-elect
      value: "false"
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
conntrack:
  maxPerCore: 0
`;

const initHead = `apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
bootstrapTokens:
  - token: abcdef.0123456789abcdef
    ttl: 2h0m0s
    description: lab up
localAPIEndpoint:
  advertiseAddress: 10.100.198.200
  bindPort: 6443
nodeRegistration:
  criSocket: unix:///run/containerd/containerd.sock
  imagePullPolicy: IfNotPresent
`;

const patches = `patches:
  directory: /etc/kubernetes/lab-patches
`;

describe('initConfiguration', () => {
  it('is complete, with CoreDNS at once', () => {
    const objects = initConfiguration({
      ...{ address, token, settings },
      ...{ deferDns: false, slowness: 1 },
    });
    expect(printManifest(objects)).toBe(
      `${initHead}skipPhases:\n  - preflight\n${patches}${clusterAndProxy}`,
    );
  });

  it('leaves CoreDNS out when it comes later', () => {
    const objects = initConfiguration({
      ...{ address, token, settings },
      ...{ deferDns: true, slowness: 1 },
    });
    expect(printManifest(objects)).toBe(
      `${initHead}skipPhases:\n  - preflight\n  - addon/coredns\n${patches}${clusterAndProxy}`,
    );
  });

  it('gives slow machines more time, and fewer heartbeats', () => {
    const text = printManifest(
      initConfiguration({ address, token, settings, deferDns: true, slowness: 10 }),
    );
    expect(text).toContain('kubernetesAPICall: 600s\n');
    expect(text).toContain('name: heartbeat-interval\n        value: "100"\n');
  });

  it('names the folder in which the patch of CoreDNS is', () => {
    expect(patches).toContain(`directory: ${dirname(dnsPatchPath)}\n`);
    expect(printManifest([dnsPatch(address, 1)])).toContain(`value: ${address}\n`);
  });
});

describe('joinConfiguration', () => {
  it('trusts the file that came over ssh', () => {
    expect(printManifest(joinConfiguration(token, 1))).toBe(`apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
discovery:
  file:
    kubeConfigPath: /etc/kubernetes/lab-discovery.conf
  tlsBootstrapToken: abcdef.0123456789abcdef
nodeRegistration:
  criSocket: unix:///run/containerd/containerd.sock
  imagePullPolicy: IfNotPresent
skipPhases:
  - preflight
`);
  });
});

describe('commands', () => {
  it('are those of kubeadm', () => {
    expect(commandLine(kubeadmInit)).toBe('kubeadm init --config /etc/kubernetes/lab-kubeadm.yaml');
    expect(commandLine(kubeadmJoin)).toBe('kubeadm join --config /etc/kubernetes/lab-kubeadm.yaml');
    expect(commandLine(createToken(token))).toBe(
      `kubeadm token create ${token} --ttl 2h0m0s --description 'lab up'`,
    );
  });

  it('by hand are the ones of the course', () => {
    expect(initByHand(address, settings)).toBe(
      'sudo kubeadm init --apiserver-advertise-address 10.100.198.200 --pod-network-cidr 10.244.0.0/16',
    );
  });
});

describe('randomToken', () => {
  it('has the form that kubeadm wants, and is another every time', () => {
    const tokens = Array.from({ length: 200 }, randomToken);
    // bootstrap-token: six and sixteen characters of a-z and 0-9.
    for (const one of tokens) expect(one).toMatch(/^[a-z0-9]{6}\.[a-z0-9]{16}$/);
    expect(new Set(tokens).size).toBe(tokens.length);
  });
});
