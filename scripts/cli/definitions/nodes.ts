import type { CommandDefinition } from '../definition.ts';
import { labnet } from './labnet.ts';
import { policy } from './policy.ts';

const cni: CommandDefinition = {
  name: 'cni',
  summary: 'install, remove or look at the pod network',
  examples: [
    ['lab cni install flannel', 'install flannel on a cluster without pod network'],
    ['lab cni status', 'what is installed, and what is wrong with it'],
    ['lab cni remove', 'remove agents, files, devices, routes and rules from every node'],
  ],
  commands: [
    {
      name: 'install',
      arguments: '[name]',
      completes: 'cni',
      summary: 'install a pod network; by default the one of lab.yaml',
      options: [
        {
          flags: '--flannel-iface <nic>',
          about: 'NIC that flannel uses: lab, default-route or a name',
          choices: ['lab', 'default-route'],
        },
      ],
      examples: [
        ['lab cni install', 'the one that lab.yaml names'],
        ['lab cni install flannel --flannel-iface default-route', 'flannel on the NAT NIC'],
      ],
      json: true,
      interrupted: 'It may be half installed. `lab cni install` completes it.',
      load: () => import('../commands/cni-install.ts'),
    },
    {
      name: 'remove',
      summary: 'remove the pod network from every node',
      examples: [['lab cni remove', 'back to a cluster without pod network']],
      json: true,
      interrupted: 'It may be half removed. `lab cni remove` completes it.',
      load: () => import('../commands/cni-remove.ts'),
    },
    {
      name: 'status',
      summary: 'show which pod network is there and whether it works',
      examples: [['lab cni status', 'agents, files and devices on every node']],
      json: true,
      load: () => import('../commands/cni-status.ts'),
    },
  ],
};

const image: CommandDefinition = {
  name: 'image',
  summary: 'give the nodes container images from archives',
  examples: [
    ['lab image load web.tar', 'every node has it, also those that are made later'],
    ['lab image list', 'what was given so far'],
  ],
  commands: [
    {
      name: 'load',
      arguments: '<files...>',
      summary: 'put the images of archives on every node, and keep them for later nodes',
      description:
        'Takes what `docker save`, `podman save` or `ctr images export` write, packed with gzip or not.\n' +
        'Works before `lab up`, too. They are kept until `lab down --purge`; snapshots get them again.',
      examples: [
        [
          'lab image load weave-kube.tar weave-npc.tar',
          'what weave needs where there is no registry',
        ],
        ['docker save my-app:1 -o my-app.tar && lab image load my-app.tar', 'an image of your own'],
      ],
      json: true,
      interrupted: 'Some nodes may lack them. The same command, or `lab up`, completes it.',
      load: () => import('../commands/image-load.ts'),
    },
    {
      name: 'list',
      summary: 'list the images that were given to the lab',
      examples: [['lab image list', 'names and sizes']],
      json: true,
      load: () => import('../commands/image-list.ts'),
    },
  ],
};

export const nodeCommands: readonly CommandDefinition[] = [
  {
    name: 'ssh',
    arguments: '<node> [command...]',
    completes: 'node',
    summary: 'open a terminal on a node, or run a command there',
    examples: [
      ['lab ssh master', 'a login shell as vagrant'],
      ['lab ssh node1 -- ip -br address', 'one command; its exit code is passed on'],
    ],
    passThrough: true,
    load: () => import('../commands/ssh.ts'),
  },
  {
    name: 'kubectl',
    arguments: '[words...]',
    summary: 'run kubectl against the lab; all words are passed on',
    examples: [
      ['lab kubectl get nodes -o wide', 'like on the master'],
      ['lab kubectl exec -it web -- sh', 'with a terminal'],
      ['lab kubectl apply -f - < pod.yaml', 'with input'],
      ['lab --env b kubectl get pods -A', 'of another environment'],
    ],
    passThrough: true,
    load: () => import('../commands/kubectl.ts'),
  },
  {
    name: 'kubeconfig',
    summary: 'print the path of a kubeconfig file that works from this machine',
    options: [{ flags: '--print', about: 'print the file itself' }],
    examples: [
      ['export KUBECONFIG=$(lab kubeconfig)', 'use your own kubectl'],
      ['lab kubeconfig --print > lab.conf', 'a copy to give away'],
    ],
    json: true,
    load: () => import('../commands/kubeconfig.ts'),
  },
  cni,
  image,
  labnet,
  policy,
  {
    name: 'trace',
    arguments: '<from> <to>',
    summary: 'follow one packet from a pod to its target and back, and tell where it ended',
    description:
      'FROM is a pod, TO a pod, a service (svc/NAME) or an address; NAMESPACE/ may stand before a name. Exit code 1: it did not arrive, or no answer came back.',
    options: [
      {
        flags: '-n, --namespace <name>',
        about: 'of names that come without one; by default default',
      },
      {
        flags: '--port <n>',
        about: 'by default the first port of the pod or service; without one, it is a ping',
      },
      { flags: '--protocol <name>', about: 'tcp, udp or icmp', choices: ['tcp', 'udp', 'icmp'] },
    ],
    examples: [
      ['lab trace web db', 'from the pod web to the first port of the pod db'],
      ['lab trace web svc/db --port 5432', 'to a service; which pod it is led to is told'],
      ['lab trace web svc/kube-system/kube-dns --protocol udp', 'a question to the DNS server'],
      ['lab trace shop/web 10.244.2.7 --protocol icmp', 'a ping to an address'],
      ['lab trace web db --json', 'for scripts'],
    ],
    json: true,
    interrupted: 'The nodes take away what the trace put there by themselves.',
    load: () => import('../commands/trace.ts'),
  },
  {
    name: 'logs',
    summary: 'collect everything that is needed to debug the nodes',
    options: [{ flags: '--out <dir>', about: 'folder to write to; made if missing' }],
    examples: [['lab logs --out ./lab-logs', 'journals, pods, routes, rules, one folder per node']],
    json: true,
    interrupted: 'The folder holds what was collected so far.',
    load: () => import('../commands/logs.ts'),
  },
];
