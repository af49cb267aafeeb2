import { stringify } from 'yaml';
import { configForScripts, fileForm } from '../../lab/config-print.ts';
import { environmentSpec } from '../../lab/config.ts';
import type { CommandContext } from '../context.ts';
import { json, say } from '../print.ts';

/** `lab config`: what the flags and lab.yaml come to. The Vagrantfile asks for it as JSON. */
export async function run(
  _args: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const config = await context.loadConfig();
  if (context.json) return json(await configForScripts(config, environmentSpec(config)));
  say(`# ${config.file ?? 'no lab.yaml: all of these are defaults'}`);
  say(stringify(fileForm(config)).trimEnd());
}
