import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep } from '../../scripts/base/until.ts';
import { cached, workFolder } from '../../scripts/supply/cache.ts';

/** A builder of its own process. Arguments: what it makes, and how long that takes in milliseconds. */
const [content = '', ms = '0'] = process.argv.slice(2);

if (content === 'context') {
  console.log(`writing ${await workFolder('node-image')}`);
  await sleep(Number(ms));
}
const folder = await cached({ name: 'thing', key: 'aa' }, async (work) => {
  await writeFile(join(work, 'first'), content);
  console.log(`writing ${work}`);
  await sleep(Number(ms));
  await writeFile(join(work, 'second'), content);
});
console.log(`made ${folder}`);
