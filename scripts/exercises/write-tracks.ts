import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from '../base/files.ts';
import { projectRoot } from '../base/paths.ts';
import { loadCourse } from './course.ts';
import { trackPages } from './track-pages.ts';

// Run by hand after a change of the exercises: npm run tracks
const folder = join(projectRoot, 'docs', 'tracks');
const pages = trackPages(await loadCourse(join(projectRoot, 'labs')));
for (const name of await readdir(folder).catch(() => [])) {
  if (!pages.has(name)) await rm(join(folder, name));
}
for (const [name, text] of pages) await writeAtomic(join(folder, name), text);
