import { usageError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';
import { completionScripts, shells } from '../completion-scripts.ts';

export function run([wanted = '']: readonly string[]): Promise<void> {
  const script = completionScripts[wanted];
  if (script === undefined) {
    const why = suggest(wanted, shells);
    const options = { why, hint: 'lab completion --help' };
    return Promise.reject(
      usageError('unknown-shell', `no completion for the shell "${wanted}"`, options),
    );
  }
  process.stdout.write(script);
  return Promise.resolve();
}
