import type { CommandDefinition, OptionDefinition } from '../definition.ts';

const namespace: OptionDefinition = {
  flags: '-n, --namespace <name>',
  about: "the pod's namespace; by default default",
};

export const labnet: CommandDefinition = {
  name: 'labnet',
  summary: "look into labnet, the lab's own pod network",
  examples: [
    ['lab labnet status', 'every node: is it ready, and what differs from what it made'],
    ['lab labnet explain web', 'the seven steps by which the pod web got its network'],
  ],
  commands: [
    {
      name: 'status',
      summary: 'show every node: is it ready, and is all that it made still there',
      examples: [
        ['lab labnet status', 'a line for each node, and what is missing'],
        ['lab labnet status --json', 'for scripts'],
      ],
      json: true,
      load: () => import('../commands/labnet-status.ts'),
    },
    {
      name: 'explain',
      arguments: '<pod>',
      summary: 'tell the seven steps by which a pod got its network, with its commands and times',
      options: [
        namespace,
        { flags: '--dry-run', about: 'of a pod that does not exist yet; nothing is changed' },
        { flags: '--node <name>', about: 'with --dry-run: the node that it would run on' },
      ],
      examples: [
        ['lab labnet explain web', 'of the pod web in the namespace default'],
        ['lab labnet explain coredns-abc -n kube-system', 'in another namespace'],
        ['lab labnet explain new --dry-run --node node2', 'what would be done on node2'],
      ],
      json: true,
      load: () => import('../commands/labnet-explain.ts'),
    },
    {
      name: 'pool',
      summary: 'show the addresses of every node: which are in use, by whom, and which comes next',
      examples: [['lab labnet pool', 'a line for each address in use']],
      json: true,
      load: () => import('../commands/labnet-pool.ts'),
    },
    {
      name: 'routes',
      summary:
        'show the ways from every node to the pods of the others, and whether they are there',
      examples: [['lab labnet routes', 'a line for each pair of nodes']],
      json: true,
      load: () => import('../commands/labnet-routes.ts'),
    },
    {
      name: 'policies',
      summary: 'show the rules that network policies have become, and how often each decided',
      examples: [
        ['lab labnet policies', 'a line for each rule'],
        ['lab policy why web db --port 80', 'which of them decide one connection'],
      ],
      json: true,
      load: () => import('../commands/labnet-policies.ts'),
    },
  ],
};
