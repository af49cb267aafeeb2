import { relative, resolve } from 'node:path';
import { usageError } from '../../base/errors.ts';
import { openEnvironment } from '../../lab/environment.ts';
import { openLogFolder } from '../../lab/log-folder.ts';
import { logStages, type LogJob } from '../../lab/logs.ts';
import type { CommandContext } from '../context.ts';
import { json, say } from '../print.ts';
import { runSteps } from '../run-steps.ts';

/** `lab logs`: changes nothing, so it takes no lock and also works while `lab up` hangs. */
export async function run(
  _args: readonly string[],
  { out }: { out?: string },
  context: CommandContext,
): Promise<void> {
  if (out === undefined) {
    throw usageError('no-folder', 'where to? --out is missing', {
      hint: 'lab logs --out ./lab-logs',
    });
  }
  const path = resolve(context.cwd, out);
  const environment = await openEnvironment(await context.loadConfig());
  try {
    const folder = await openLogFolder(path);
    const job: LogJob = { environment, folder };
    const stages = logStages(environment);
    await runSteps(stages, job, context);
    await folder.writeIndex(`environment ${environment.spec.name}, ${new Date().toISOString()}`);
    const failed = folder.collected.filter(({ state }) => state === 'not collected');
    if (context.json) return json({ path, files: folder.collected });
    say(
      `${folder.collected.length} files are in ${relative(context.cwd, path) || '.'}; index.txt lists them.`,
    );
    for (const { file, command } of failed) say(`not collected: ${file} (${command})`);
  } finally {
    environment.close();
  }
}
