import type { CommandDefinition } from '../definition.ts';

export const hostCommands: readonly CommandDefinition[] = [
  {
    name: 'doctor',
    summary: 'check this machine: what was found, why it matters, how to fix it',
    options: [{ flags: '--fix', about: 'apply the fixes' }],
    examples: [
      ['lab doctor', 'list every prerequisite'],
      ['sudo lab doctor --fix', 'install and set what is missing'],
    ],
    json: true,
    load: () => import('../commands/doctor.ts'),
  },
  {
    name: 'build',
    summary: 'build or fetch what the nodes need, without starting them',
    options: [
      {
        flags: '--source <name>',
        about: 'auto, release, modules or bundle',
        choices: ['auto', 'release', 'modules', 'bundle'],
      },
    ],
    examples: [['lab build', 'fill the cache, so that the next `lab up` is fast']],
    json: true,
    interrupted: 'Finished parts stay in the cache. `lab build` goes on from there.',
    load: () => import('../commands/build.ts'),
  },
  {
    name: 'completion',
    arguments: '<shell>',
    completes: 'shell',
    summary: 'print shell completion for bash, zsh or fish',
    examples: [
      ['source <(lab completion bash)', 'for this terminal'],
      ['lab completion zsh > ~/.zfunc/_lab', 'for good, where zsh looks for it'],
      ['lab completion fish | source', 'for this terminal'],
    ],
    load: () => import('../commands/completion.ts'),
  },
];
