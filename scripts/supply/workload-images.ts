import { components } from './components.ts';

/** An image for the nodes' containerd, described as data. */
export interface WorkloadImage {
  /** Every name it answers to, as kubeadm and the course spell them. */
  tags: readonly string[];
  /** Starts from the shared Debian tools root instead of from nothing. */
  onTools: boolean;
  /** Path in the image -> where it comes from: "component/output", or a path in the tools root. */
  programs?: Readonly<Record<string, { component: string; output: string } | { tools: string }>>;
  /** Path in the image -> text. */
  files?: Readonly<Record<string, string>>;
  /** Path in the image -> link target. */
  links?: Readonly<Record<string, string>>;
  entrypoint?: readonly string[];
  command?: readonly string[];
}

function versionOf(component: string): string {
  const found = components.find(({ name }) => name === component);
  if (!found) throw new Error(`no component ${component}`);
  return found.version;
}

const kubernetes = `v${versionOf('kubernetes')}`;

/** The tag that kubeadm of this version asks for; `kubeadm config images list` prints them. */
export const pauseImage = 'registry.k8s.io/pause:3.10.2';
/** Node.js, the network tools, and the program that containerd calls; the agent's text comes from a ConfigMap. */
export const labnetImage = 'localhost/labnet:1';
export const flannelImage = `ghcr.io/flannel-io/flannel:v${versionOf('flannel')}`;

function controlPlane(name: string): WorkloadImage {
  return {
    tags: [`registry.k8s.io/${name}:${kubernetes}`],
    onTools: false,
    programs: { [`/usr/local/bin/${name}`]: { component: 'kubernetes', output: name } },
    entrypoint: [`/usr/local/bin/${name}`],
  };
}

const webServer = ['nginx', '-g', 'daemon off;'];

/** Answers with the address it sees the caller come from, and its own name and address. */
const callerPage = `server {
  listen 80 default_server;
  location / {
    default_type text/plain;
    return 200 "client: $remote_addr\\nserver: $hostname $server_addr\\n";
  }
}
`;

const welcomePage = `<!doctype html>
<title>Welcome to nginx!</title>
<h1>Welcome to nginx!</h1>
`;

/** busybox applets that the exercises use, as links to the one program. */
const applets = [
  ...['sh', 'ls', 'cat', 'echo', 'sleep', 'ip', 'ping', 'wget', 'nslookup', 'route', 'ifconfig'],
  ...['netstat', 'nc', 'hostname', 'ps', 'grep', 'awk', 'sed', 'head', 'tail', 'vi', 'env', 'id'],
  ...[
    'traceroute',
    'arping',
    'telnet',
    'httpd',
    'mkdir',
    'rm',
    'cp',
    'mv',
    'touch',
    'date',
    'test',
  ],
];

export const workloadImages: readonly WorkloadImage[] = [
  controlPlane('kube-apiserver'),
  controlPlane('kube-controller-manager'),
  controlPlane('kube-scheduler'),
  { ...controlPlane('kube-proxy'), onTools: true },
  {
    tags: [`registry.k8s.io/etcd:${versionOf('etcd')}-0`],
    onTools: false,
    programs: { '/usr/local/bin/etcd': { component: 'etcd', output: 'etcd' } },
    entrypoint: ['/usr/local/bin/etcd'],
  },
  {
    tags: [`registry.k8s.io/coredns/coredns:v${versionOf('coredns')}`],
    onTools: false,
    programs: { '/coredns': { component: 'coredns', output: 'coredns' } },
    entrypoint: ['/coredns'],
  },
  {
    tags: [pauseImage],
    onTools: false,
    programs: { '/pause': { tools: 'usr/bin/catatonit' } },
    entrypoint: ['/pause', '-P'],
  },
  {
    tags: [flannelImage],
    onTools: true,
    programs: {
      '/opt/bin/flanneld': { component: 'flannel', output: 'flanneld' },
      '/flannel': { component: 'flannel-cni', output: 'flannel' },
    },
    entrypoint: ['/opt/bin/flanneld'],
  },
  {
    tags: [labnetImage],
    onTools: true,
    programs: { '/opt/labnet/labnet': { component: 'labnet-shim', output: 'labnet' } },
    command: ['node'],
  },
  {
    tags: ['docker.io/library/nginx:latest', 'docker.io/library/nginx:alpine'],
    onTools: true,
    files: { '/var/www/html/index.html': welcomePage },
    command: webServer,
  },
  {
    tags: ['docker.io/wbitt/network-multitool:latest'],
    onTools: true,
    files: { '/etc/nginx/sites-enabled/default': callerPage },
    command: webServer,
  },
  {
    tags: ['docker.io/library/busybox:1.28', 'docker.io/library/busybox:latest'],
    onTools: false,
    programs: { '/bin/busybox': { tools: 'usr/bin/busybox' } },
    links: Object.fromEntries(applets.map((name) => [`/bin/${name}`, '/bin/busybox'])),
    command: ['/bin/sh'],
  },
];
