import { usageError } from '../base/errors.ts';
import type { LabConfig } from '../lab/config.ts';
import { installPackages, missingPackages } from '../lab/doctor.ts';
import type { CommandContext } from './context.ts';
import { say } from './print.ts';

/** A fresh machine lacks packages: they are named, and installed once the user agrees. */
export async function ensurePackages(config: LabConfig, context: CommandContext): Promise<void> {
  const missing = await missingPackages(config);
  if (missing.length === 0) return;
  if (process.stdin.isTTY && !context.yes && !context.json) {
    const { confirm } = await import('@clack/prompts');
    const answer = await confirm({
      message: `lab needs these Debian packages: ${missing.join(', ')}. Install them now?`,
    });
    if (answer !== true) {
      throw usageError('declined', 'Nothing was installed', {
        hint: `apt-get install ${missing.join(' ')}   then the same command again`,
      });
    }
  }
  await installPackages(missing, (line) => say(line, process.stderr), context.signal);
}
