import { cniNames } from '../../cluster/cni/names.ts';
import type { CommandDefinition, OptionDefinition } from '../definition.ts';

export const provider: OptionDefinition = {
  flags: '--provider <name>',
  about: 'what the nodes are made of',
  choices: ['container', 'vagrant'],
};

const upOptions: readonly OptionDefinition[] = [
  {
    flags: '--cni <name>',
    about: 'pod network: flannel, weave, labnet or none',
    choices: cniNames,
  },
  { flags: '--workers <n>', about: 'number of worker nodes, 0 to 9' },
  {
    flags: '--until <step>',
    about: 'stop after: nodes, init, join or cni; you do the rest by hand',
    choices: ['nodes', 'init', 'join', 'cni'],
  },
  { flags: '--network <cidr>', about: 'another lab network; addresses keep their host part' },
  provider,
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
  { flags: '--fresh', about: 'run kubeadm, even if there is a snapshot of the same lab' },
  { flags: '--explain', about: 'only print the commands that a person would type' },
];

const snapshot: CommandDefinition = {
  name: 'snapshot',
  summary: 'save the whole lab under a name, and go back to it',
  description:
    'A snapshot has the disks of all nodes: cluster, images, files, identity. It does not have memory;\n' +
    'after a restore all programs start, and build links, routes and rules anew.',
  examples: [
    ['lab snapshot save before-lunch', 'keep the lab as it is now'],
    ['lab snapshot restore before-lunch', 'go back to it'],
    ['lab snapshot list', 'all of them; those called clean-… were taken by lab up'],
  ],
  commands: [
    {
      name: 'save',
      arguments: '<name>',
      summary: 'keep the lab as it is now',
      description: 'The nodes stand still for about a second.',
      options: [{ flags: '--replace', about: 'take the place of one with the same name' }],
      examples: [['lab snapshot save before-lunch', 'small letters, digits and hyphens']],
      json: true,
      interrupted: 'Nothing was saved. `lab up` lets nodes go on that stand still.',
      load: () => import('../commands/snapshot-save.ts'),
    },
    {
      name: 'list',
      summary: 'list the snapshots, the newest first',
      examples: [['lab snapshot list', 'with their networks and sizes']],
      json: true,
      load: () => import('../commands/snapshot-list.ts'),
    },
    {
      name: 'show',
      arguments: '<name>',
      completes: 'snapshot',
      summary: 'show what a snapshot has',
      examples: [['lab snapshot show clean-flannel', 'nodes, network, exercises, folder']],
      json: true,
      load: () => import('../commands/snapshot-show.ts'),
    },
    {
      name: 'restore',
      arguments: '<name>',
      completes: 'snapshot',
      summary: 'give the lab the state that was saved',
      examples: [['lab snapshot restore before-lunch', 'everything since is lost']],
      json: true,
      interrupted: 'The nodes may be stopped. The same command does it again.',
      load: () => import('../commands/snapshot-restore.ts'),
    },
    {
      name: 'delete',
      arguments: '<name>',
      completes: 'snapshot',
      summary: 'delete a snapshot',
      examples: [['lab snapshot delete before-lunch', 'frees its room on the disk']],
      json: true,
      load: () => import('../commands/snapshot-delete.ts'),
    },
  ],
};

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
    name: 'prepare',
    arguments: '<node>',
    completes: 'node',
    summary: 'make one node ready for kubeadm; `vagrant up` does this for each machine',
    options: [provider],
    examples: [['lab prepare node1 --provider vagrant', 'programs, images, names and addresses']],
    json: true,
    interrupted: 'What is ready stays. The same command goes on from there.',
    load: () => import('../commands/prepare.ts'),
  },
  {
    name: 'down',
    summary: 'remove the lab: nodes, networks and files',
    description: 'Your progress, snapshots, and what you have put into /vagrant are kept.',
    options: [{ flags: '--purge', about: 'remove progress, snapshots and your own files too' }],
    examples: [
      ['lab down', 'remove the environment of lab.yaml'],
      ['lab down --env b --yes', 'remove another one without being asked'],
    ],
    json: true,
    interrupted: 'Something may be left. `lab down` removes the rest.',
    load: () => import('../commands/down.ts'),
  },
  {
    name: 'reset',
    summary: 'give the lab back as lab up made it, in seconds',
    description:
      'Everything that was done to nodes, cluster and pod network since is undone; lab diff is empty afterwards.\n' +
      'Your progress, and what you have put into /vagrant, are kept.',
    examples: [['lab reset', 'undo whatever was broken']],
    json: true,
    interrupted:
      'The nodes may be stopped. `lab reset` does it again; `lab start` only starts them.',
    load: () => import('../commands/reset.ts'),
  },
  {
    name: 'config',
    summary: 'show the configuration in force: lab.yaml, remembered flags and defaults together',
    examples: [
      ['lab config', 'in the form of lab.yaml'],
      [
        'lab config --env b --json',
        'of another environment, with its nodes, MAC addresses and folders',
      ],
    ],
    json: true,
    load: () => import('../commands/config.ts'),
  },
  {
    name: 'diff',
    arguments: '[snapshot]',
    completes: 'snapshot',
    summary: 'show what has changed since the lab was clean, or since a snapshot',
    description:
      'Objects of the API, files, links, addresses, routes, rules, kernel settings, units, containers, listening\n' +
      'sockets, node by node. What changes by itself is left out. Exit code 1 when something has changed.',
    examples: [
      ['lab diff', 'since lab up made the lab'],
      ['lab diff before-lunch', 'since that snapshot'],
      ['lab diff --json', '{snapshot, changes: [{node, area, item, change, before, after}]}'],
    ],
    json: true,
    load: () => import('../commands/diff.ts'),
  },
  snapshot,
  {
    name: 'switch',
    arguments: '<cni>',
    completes: 'cni',
    summary: 'go to the clean lab with another pod network',
    description:
      'The first time the lab is made anew with it; from then on this is a restore. Snapshots are kept.',
    examples: [
      ['lab switch none', 'a clean lab without pod network'],
      ['lab switch flannel', 'and back'],
    ],
    json: true,
    interrupted: 'Nodes may be missing or stopped. The same command goes on.',
    load: () => import('../commands/switch.ts'),
  },
  {
    name: 'standby',
    summary: 'prepare the next lab reset ahead of need',
    description:
      'Starts a second set of nodes from the clean snapshot, apart from the network, and freezes it. The next\n' +
      '`lab reset` only has to change places. It takes 0.6 GB of memory, and processor time only while it is made.',
    options: [{ flags: '--drop', about: 'remove the standby nodes' }],
    examples: [
      ['lab standby', 'once before each reset'],
      ['lab standby --drop', 'free their memory'],
    ],
    json: true,
    interrupted: 'There may be unfinished standby nodes. The next `lab standby` begins anew.',
    load: () => import('../commands/standby.ts'),
  },
  {
    name: 'halt',
    summary: 'stop the nodes; what is on their disks stays',
    examples: [['lab halt', 'before you switch the machine off']],
    json: true,
    interrupted: 'Some nodes may run on. `lab halt` stops the rest; `lab start` starts all.',
    load: () => import('../commands/halt.ts'),
  },
  {
    name: 'start',
    summary: 'start the nodes after lab halt, or after a restart of this machine',
    examples: [['lab start', 'the lab goes on where it stood']],
    json: true,
    interrupted: 'What runs stays. `lab start` goes on from there.',
    load: () => import('../commands/start.ts'),
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
