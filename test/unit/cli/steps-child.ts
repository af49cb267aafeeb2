// Runs a command of four steps the way `lab up` does. argv: a mode, then flags such as --json.
import { LabError } from '../../../scripts/base/errors.ts';
import { sleep } from '../../../scripts/base/until.ts';
import { runChosen } from '../../../scripts/cli/run.ts';
import { drawSteps } from '../../../scripts/cli/tasks.ts';
import { runStages } from '../../../scripts/lab/step.ts';
import type { Stage, Step } from '../../../scripts/lab/step.ts';

const [, , mode, ...flags] = process.argv;

const step = (id: string, ms: number, more: Partial<Step<object>> = {}): Step<object> => ({
  id,
  title: `Step ${id}`,
  explain: () => [`make ${id}`],
  async run(_context, report, signal) {
    report(`working on ${id}`);
    await sleep(ms, mode === 'stubborn' ? undefined : signal);
    if (mode === 'fail' && id === 'node1') throw new LabError('broken', 'node1 broke');
  },
  ...more,
});

const stages: Stage<object>[] = [
  step('net', 50, { skip: () => Promise.resolve('it is there') }),
  { id: 'nodes', title: 'Nodes', together: [step('master', 400), step('node1', 200)] },
  step('init', mode === 'hang' || mode === 'stubborn' ? 60_000 : 100),
];

const definition = {
  name: 'up',
  summary: 'test',
  examples: [],
  interrupted: '`lab up` goes on from there.',
  load: () =>
    Promise.resolve({
      async run(_args: readonly string[], _options: object, context: { signal: AbortSignal }) {
        const options = { ...context, verbose: flags.includes('--verbose') };
        await drawSteps(
          stages,
          {},
          (onEvent) => runStages(stages, {}, { signal: context.signal, onEvent }),
          options,
        );
      },
    }),
};

process.exit(
  await runChosen({ definition, args: [], options: { json: flags.includes('--json') } }),
);
