/** A checksum published beside a download: its own file, or a list of `SUM  NAME` lines. */
export interface ReleaseFile {
  /** URL template; {version} and {arch} (amd64, arm64) are filled in. */
  url: string;
  /** URL template of the published SHA-256 (a bare sum, or lines "sum  name"). */
  sha256Url: string;
  /** Path inside the tar.gz -> output path; undefined when the download is the program itself. */
  members?: Readonly<Record<string, string>>;
  /** Output path when the download is the program itself. */
  output?: string;
}

/** One upstream project: what is taken from it, and the two ways to get it. */
export interface Component {
  /** Also the folder with go.mod and go.sum under `modules/`. */
  name: string;
  /** Source in this project, as in "scripts/labnet/shim"; otherwise the module folder names the sources. */
  folder?: string;
  /** Without a leading v. The go.mod pins the same one; a unit test compares the two. */
  version: string;
  modules: {
    /** Output path under the component's folder -> Go package. */
    outputs: Readonly<Record<string, string>>;
    /** -X settings for the linker, so that `--version` tells the truth. */
    set?: Readonly<Record<string, string>>;
    /** flannel's udp backend is C; everything else builds without a C compiler. */
    cgo?: boolean;
  };
  /** Absent where upstream publishes no checksum: then it is always built from modules. */
  release?: readonly ReleaseFile[];
}

const kubernetesVersion = '1.36.3';
const kubernetesPrograms = [
  'kubeadm',
  'kubelet',
  'kubectl',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
] as const;
const containerdModule = 'github.com/containerd/containerd/v2';
const pluginsModule = 'github.com/containernetworking/plugins';

const cniPlugins = {
  main: ['bridge', 'dummy', 'host-device', 'ipvlan', 'loopback', 'macvlan', 'ptp', 'tap', 'vlan'],
  ipam: ['dhcp', 'host-local', 'static'],
  meta: ['bandwidth', 'firewall', 'portmap', 'sbr', 'tuning', 'vrf'],
} as const;

/** Everything that runs in a node and does not come from Debian. Order: longest build first. */
export const components: readonly Component[] = [
  {
    name: 'kubernetes',
    version: kubernetesVersion,
    modules: {
      outputs: Object.fromEntries(
        kubernetesPrograms.map((name) => [name, `k8s.io/kubernetes/cmd/${name}`]),
      ),
      set: {
        'k8s.io/component-base/version.gitVersion': `v${kubernetesVersion}`,
        'k8s.io/component-base/version.gitMajor': '1',
        'k8s.io/component-base/version.gitMinor': kubernetesVersion.split('.')[1] ?? '',
      },
    },
    release: kubernetesPrograms.map((output) => ({
      url: `https://dl.k8s.io/release/v{version}/bin/linux/{arch}/${output}`,
      sha256Url: `https://dl.k8s.io/release/v{version}/bin/linux/{arch}/${output}.sha256`,
      output,
    })),
  },
  {
    name: 'containerd',
    version: '2.3.7',
    modules: {
      outputs: {
        containerd: `${containerdModule}/cmd/containerd`,
        'containerd-shim-runc-v2': `${containerdModule}/cmd/containerd-shim-runc-v2`,
        ctr: `${containerdModule}/cmd/ctr`,
      },
      set: { [`${containerdModule}/version.Version`]: 'v2.3.7' },
    },
    release: [
      {
        url: 'https://github.com/containerd/containerd/releases/download/v{version}/containerd-{version}-linux-{arch}.tar.gz',
        sha256Url:
          'https://github.com/containerd/containerd/releases/download/v{version}/containerd-{version}-linux-{arch}.tar.gz.sha256sum',
        members: {
          'bin/containerd': 'containerd',
          'bin/containerd-shim-runc-v2': 'containerd-shim-runc-v2',
          'bin/ctr': 'ctr',
        },
      },
    ],
  },
  {
    name: 'coredns',
    version: '1.14.2',
    modules: { outputs: { coredns: 'github.com/coredns/coredns' } },
    release: [
      {
        url: 'https://github.com/coredns/coredns/releases/download/v{version}/coredns_{version}_linux_{arch}.tgz',
        sha256Url:
          'https://github.com/coredns/coredns/releases/download/v{version}/coredns_{version}_linux_{arch}.tgz.sha256',
        members: { coredns: 'coredns' },
      },
    ],
  },
  {
    name: 'flannel',
    version: '0.28.4',
    modules: {
      outputs: { flanneld: 'github.com/flannel-io/flannel' },
      set: { 'github.com/flannel-io/flannel/pkg/version.Version': 'v0.28.4' },
      cgo: true,
    },
  },
  {
    name: 'etcd',
    version: '3.6.8',
    modules: { outputs: { etcd: 'go.etcd.io/etcd/server/v3' } },
    release: [
      {
        url: 'https://github.com/etcd-io/etcd/releases/download/v{version}/etcd-v{version}-linux-{arch}.tar.gz',
        sha256Url: 'https://github.com/etcd-io/etcd/releases/download/v{version}/SHA256SUMS',
        members: { 'etcd-v{version}-linux-{arch}/etcd': 'etcd' },
      },
    ],
  },
  {
    name: 'cni-plugins',
    version: '1.9.1',
    modules: {
      outputs: Object.fromEntries(
        Object.entries(cniPlugins).flatMap(([kind, names]) =>
          names.map((name) => [name, `${pluginsModule}/plugins/${kind}/${name}`]),
        ),
      ),
      set: { [`${pluginsModule}/pkg/utils/buildversion.BuildVersion`]: 'v1.9.1' },
    },
    release: [
      {
        url: 'https://github.com/containernetworking/plugins/releases/download/v{version}/cni-plugins-linux-{arch}-v{version}.tgz',
        sha256Url:
          'https://github.com/containernetworking/plugins/releases/download/v{version}/cni-plugins-linux-{arch}-v{version}.tgz.sha256',
        members: Object.fromEntries(
          Object.values(cniPlugins)
            .flat()
            .map((name) => [name, name]),
        ),
      },
    ],
  },
  {
    // The flannel plugin left the stock set after 0.9.1, the last release of the module that has it.
    name: 'flannel-cni',
    version: '0.9.1',
    modules: { outputs: { flannel: `${pluginsModule}/plugins/meta/flannel` } },
  },
  {
    // The program that containerd calls for the pod network labnet; its agent needs no building.
    name: 'labnet-shim',
    folder: 'scripts/labnet/shim',
    version: '1',
    modules: { outputs: { labnet: 'labnet' } },
  },
];
