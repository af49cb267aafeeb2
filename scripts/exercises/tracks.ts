import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseYaml, type Problem } from '../base/yaml-file.ts';
import { shownPath } from './load.ts';

const track = z.strictObject({
  id: z.string().regex(/^[a-z]+$/),
  title: z.string().min(1),
  about: z.string().min(1).describe('what one understands afterwards, in two or three sentences'),
  after: z.array(z.string()).default([]).describe('tracks that it builds on; they stand above'),
});

/** A track of the course: a learning path through exercises, in the order of their numbers. */
export type Track = z.infer<typeof track>;

const file = z.strictObject({ tracks: z.array(track).min(1) });

function orderProblems({ tracks }: z.infer<typeof file>): Problem[] {
  const ids = tracks.map(({ id }) => id);
  return tracks.flatMap(({ id, after }, i) => [
    ...(ids.indexOf(id) < i
      ? [{ path: ['tracks', i, 'id'], message: `"${id}" stands there twice` }]
      : []),
    ...after
      .filter((one) => !ids.slice(0, i).includes(one))
      .map((one) => ({
        path: ['tracks', i, 'after'],
        message: `"${one}" does not stand above it`,
      })),
  ]);
}

/**
 * The tracks, in the order in which the course takes them.
 * @throws LabError `bad-yaml` with every problem as file:line:column.
 */
export async function loadTracks(root: string): Promise<Track[]> {
  const path = join(root, 'tracks.yaml');
  const text = await readFile(path, 'utf8');
  return parseYaml(shownPath(path), text, file, orderProblems).tracks;
}
