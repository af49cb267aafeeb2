import { environmentSpec } from '../../lab/config.ts';
import { keptImages } from '../../lab/image/store.ts';
import type { CommandContext } from '../context.ts';
import { json, say, table } from '../print.ts';
import { sizeText } from '../size.ts';

/** `lab image list`: what `lab image load` was given. */
export async function run(
  _args: readonly string[],
  _options: object,
  context: CommandContext,
): Promise<void> {
  const config = await context.loadConfig();
  const images = await keptImages(environmentSpec(config));
  if (context.json) json({ name: config.name, images });
  else if (images.length === 0) say('None.   next: lab image load FILE…');
  else {
    const rows = images.flatMap(({ names, bytes }) => names.map((name) => [name, sizeText(bytes)]));
    say(table(['IMAGE', 'ARCHIVE'], rows));
  }
}
