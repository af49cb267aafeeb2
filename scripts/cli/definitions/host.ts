import type { CommandDefinition } from '../definition.ts';
import { provider } from './environment.ts';

export const hostCommands: readonly CommandDefinition[] = [
  {
    name: 'doctor',
    summary: 'check this machine: what was found, why it matters, how to fix it',
    options: [{ flags: '--fix', about: 'apply the fixes' }, provider],
    examples: [
      ['lab doctor', 'list every prerequisite'],
      ['sudo lab doctor --fix', 'install and set what is missing'],
      ['lab doctor --provider vagrant', 'what virtual machines would need'],
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
    name: 'box',
    summary: 'the Vagrant box of the lab',
    examples: [['lab box build', 'a box for libvirt, with all programs and images in it']],
    commands: [
      {
        name: 'build',
        summary: 'make a Vagrant box for libvirt of Debian packages (root)',
        description:
          'Machines made from it need no downloads. Used from then on where lab.yaml names no other box.',
        examples: [['lab box build', 'about 3 minutes the first time, 3 GB']],
        json: true,
        interrupted: 'Nothing is left. `lab box build` begins anew.',
        load: () => import('../commands/box-build.ts'),
      },
    ],
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
