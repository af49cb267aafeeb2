import type { CommandDefinition, OptionDefinition } from '../definition.ts';

const cnis = ['flannel', 'weave', 'none'] as const;

const upOptions: readonly OptionDefinition[] = [
  { flags: '--cni <name>', about: 'pod network: flannel, weave or none', choices: cnis },
  { flags: '--workers <n>', about: 'number of worker nodes, 0 to 9' },
  {
    flags: '--until <step>',
    about: 'stop after: nodes, init, join or cni; you do the rest by hand',
    choices: ['nodes', 'init', 'join', 'cni'],
  },
  { flags: '--network <cidr>', about: 'another lab network; addresses keep their host part' },
  { flags: '--provider <name>', about: 'what the nodes are made of', choices: ['container'] },
  {
    flags: '--engine <name>',
    about: 'container engine: auto, podman or docker',
    choices: ['auto', 'podman', 'docker'],
  },
  {
    flags: '--flannel-iface <nic>',
    about: 'NIC that flannel uses: lab, default-route or a name',
    choices: ['lab', 'default-route'],
  },
  {
    flags: '--source <name>',
    about: 'where binaries and images come from',
    choices: ['auto', 'release', 'modules', 'bundle'],
  },
  { flags: '--explain', about: 'only print the commands that a person would type' },
];

export const environmentCommands: readonly CommandDefinition[] = [
  {
    name: 'up',
    summary: 'bring the lab up, or complete what is missing',
    description:
      'Makes the nodes, the cluster and its pod network, and checks that pods reach each other.\n' +
      'Safe to repeat: it goes on from what it finds on the nodes. Flags are remembered until `lab down`.',
    options: upOptions,
    examples: [
      ['lab up', 'three nodes with flannel'],
      ['lab up --cni none', 'a cluster without pod network, for the CNI exercises'],
      ['lab up --until nodes', 'prepared nodes; type kubeadm init and join yourself'],
      ['lab up --env b --network 10.100.199.0/24', 'a second lab beside the first'],
      ['lab up --explain', 'show what would be done by hand'],
    ],
    json: true,
    interrupted: 'What is ready stays. `lab up` goes on from there; `lab down` removes it.',
    load: () => import('../commands/up.ts'),
  },
  {
    name: 'down',
    summary: 'remove the lab: nodes, networks and files',
    description: 'Your progress, and what you have put into /vagrant, are kept.',
    options: [{ flags: '--purge', about: 'remove progress and your own files too' }],
    examples: [
      ['lab down', 'remove the environment of lab.yaml'],
      ['lab down --env b --yes', 'remove another one without being asked'],
    ],
    json: true,
    interrupted: 'Something may be left. `lab down` removes the rest.',
    load: () => import('../commands/down.ts'),
  },
  {
    name: 'status',
    summary: 'show nodes, addresses, versions, pod network and what is missing',
    examples: [
      ['lab status', 'a table of the nodes'],
      ['lab status --json', 'the same for scripts'],
    ],
    json: true,
    load: () => import('../commands/status.ts'),
  },
];
