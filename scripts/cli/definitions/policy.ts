import type { CommandDefinition } from '../definition.ts';

export const policy: CommandDefinition = {
  name: 'policy',
  summary: 'ask what network policies say',
  examples: [['lab policy why web db --port 5432', 'may web talk to db, and which rule decides']],
  commands: [
    {
      name: 'why',
      arguments: '<from> <to>',
      summary: 'say whether a connection is allowed, which rules decide it, and what would turn it',
      description:
        'FROM and TO are pods (NAME or NAMESPACE/NAME) or addresses; TO may be a Service (svc/NAME), and the answer is then given for each pod behind it, with the port that the pod listens on. The answer is read from the policies alone; whether the pod network of the lab enforces them is another question (flannel does not, labnet does). Exit code 0: allowed, 1: denied.',
      options: [
        { flags: '--port <number>', about: "the pod's or Service's port; by default 80" },
        {
          flags: '--protocol <name>',
          about: 'tcp, udp or sctp; by default tcp',
          choices: ['tcp', 'udp', 'sctp'],
        },
        { flags: '-n, --namespace <name>', about: 'of pods without one; by default default' },
        {
          flags: '--manifests <paths>',
          about: 'files or folders, with commas between them, instead of the cluster',
        },
      ],
      examples: [
        ['lab policy why web db --port 5432', 'two pods of the namespace default'],
        ['lab policy why web svc/shop/db --port 80', 'all pods behind a Service'],
        ['lab policy why shop/web 10.0.0.7 --port 53 --protocol udp', 'to an address outside'],
        ['lab policy why web db --manifests ./policies', 'without any cluster'],
      ],
      json: true,
      load: () => import('../commands/policy-why.ts'),
    },
  ],
};
