import { cniNames } from '../../cluster/cni/names.ts';
import type { CommandDefinition } from '../definition.ts';

const exercise: CommandDefinition = {
  name: 'exercise',
  arguments: '[id]',
  completes: 'exercise',
  summary: 'start an exercise, answer, check, get hints',
  description: 'With an ID: starts that exercise or goes on with it. Without: lists them.',
  examples: [
    ['lab exercise list', 'all exercises and your progress'],
    ['lab exercise cni-02', 'set it up and show the task'],
    ['lab exercise check cni-02', 'grade it'],
  ],
  json: true,
  grades: true,
  interrupted: 'The set-up may be half done. The same command completes it.',
  load: () => import('../commands/exercise.ts'),
  commands: [
    {
      name: 'list',
      summary: 'list the exercises with your progress',
      options: [{ flags: '--track <track>', about: 'only this track' }],
      examples: [
        ['lab exercise list', 'all of them'],
        ['lab exercise list --track cni', 'one track'],
      ],
      json: true,
      load: () => import('../commands/exercise-list.ts'),
    },
    {
      name: 'answer',
      arguments: '<id> [answers...]',
      completes: 'exercise',
      summary: 'give your answers to the questions of an exercise',
      description: 'Without answers it asks for them one by one.',
      examples: [
        ['lab exercise answer node-01', 'asks for each part'],
        ['lab exercise answer node-01 interface=enp0s8', 'answers one part'],
      ],
      json: true,
      load: () => import('../commands/exercise-answer.ts'),
    },
    {
      name: 'check',
      arguments: '<id>',
      completes: 'exercise',
      summary: 'grade an exercise against the live cluster',
      options: [{ flags: '--watch', about: 'grade again whenever the state changes' }],
      examples: [
        ['lab exercise check cni-02', 'your score, with actual and expected for what is missing'],
        ['lab exercise check cni-02 --watch', 'until you have full marks'],
        ['lab exercise check cni-02 --json', 'for scripts; exit code 0 means full marks'],
      ],
      json: true,
      grades: true,
      load: () => import('../commands/exercise-check.ts'),
    },
    {
      name: 'hint',
      arguments: '<id>',
      completes: 'exercise',
      summary: 'show the next hint',
      examples: [['lab exercise hint cni-02', 'each call shows one more']],
      json: true,
      load: () => import('../commands/exercise-hint.ts'),
    },
    {
      name: 'solution',
      arguments: '<id>',
      completes: 'exercise',
      summary: 'show the solution and what to learn from it',
      examples: [['lab exercise solution cni-02', 'asks first, unless you have full marks']],
      json: true,
      load: () => import('../commands/exercise-solution.ts'),
    },
    {
      name: 'reset',
      arguments: '<id>',
      completes: 'exercise',
      summary: 'undo the set-up and end the attempt; your best score stays',
      examples: [
        ['lab exercise reset cni-02', 'the next start is a new attempt, with other values'],
      ],
      json: true,
      interrupted: 'The reset may be half done. The same command completes it.',
      load: () => import('../commands/exercise-reset.ts'),
    },
    {
      name: 'next',
      summary: 'tell which exercise to do next, and why',
      description:
        'One that you have begun; else the next of a track that you are in; else the first that is open.',
      options: [{ flags: '--track <track>', about: 'only in this track' }],
      examples: [
        ['lab exercise next', 'in the order of the course'],
        ['lab exercise next --track cni', 'the next of one track'],
      ],
      json: true,
      load: () => import('../commands/exercise-next.ts'),
    },
  ],
};

const progress: CommandDefinition = {
  name: 'progress',
  summary: 'show what you have done and what is open, track by track',
  options: [{ flags: '--track <track>', about: 'only this track, with all of its exercises' }],
  examples: [
    ['lab progress', 'scores, checks and hints'],
    ['lab progress --track net', 'one track'],
  ],
  json: true,
  load: () => import('../commands/progress.ts'),
};

const labs: CommandDefinition = {
  name: 'labs',
  summary: 'for authors: validate and prove the exercises',
  examples: [
    ['lab labs validate', 'check all files, without a cluster'],
    ['lab labs prove cni-02', 'fresh 0, solution 100 %, wrong answers as declared'],
  ],
  commands: [
    {
      name: 'validate',
      arguments: '[ids...]',
      completes: 'exercise',
      summary: 'check the files of the exercises, without a cluster',
      examples: [['lab labs validate', 'all problems as file:line:column']],
      json: true,
      load: () => import('../commands/labs-validate.ts'),
    },
    {
      name: 'prove',
      arguments: '[ids...]',
      completes: 'exercise',
      summary: 'prove on the running lab that grading is right',
      description:
        'For each exercise: fresh gives 0, the solution full marks, each wrong answer what it declares,\n' +
        'set-up twice equals once, and checks change nothing. Those of a sandbox need no running lab.',
      options: [
        {
          flags: '--cni <name>',
          about: 'only those that can be started on this pod network, on it',
          choices: cniNames,
        },
        {
          flags: '--quick',
          about:
            'without the wrong answers, whose scores do not depend on the lab; for slow machines',
        },
        { flags: '--shard <i/n>', about: 'of each n exercises the i-th, as in 2/3' },
      ],
      examples: [
        ['lab labs prove', 'all exercises'],
        ['lab labs prove cni-02 svc-01', 'only these'],
        ['lab labs prove --cni labnet', 'those that are about labnet, too'],
      ],
      json: true,
      grades: true,
      interrupted: 'The exercise in progress may be set up. `lab exercise reset ID` undoes it.',
      load: () => import('../commands/labs-prove.ts'),
    },
  ],
};

export const exerciseCommands: readonly CommandDefinition[] = [exercise, progress, labs];
