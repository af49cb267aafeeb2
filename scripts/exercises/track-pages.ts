import type { Course } from './course.ts';
import type { Exercise } from './load.ts';
import { homesOf, type SourceRow } from './sources.ts';
import { needsInWords } from './summary.ts';
import type { Track } from './tracks.ts';

const made = '<!-- Made from labs/ by `npm run tracks`; do not edit. -->';

function cells(row: readonly string[]): string {
  return `| ${row.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [cells(head), cells(head.map(() => '---')), ...rows.map(cells)].join('\n');
}

const link = (track: Track): string => `[${track.id}](${track.id}.md)`;

/** Where the row is covered, in words; exercises that are not written yet in italics. */
function homesInWords(source: SourceRow, exercises: readonly Exercise[]): string {
  const { exercises: written, planned } = homesOf(source, exercises);
  return [
    ...written,
    ...planned.map((id) => `_${id}_`),
    ...source.toolkit.map((command) => `\`${command}\``),
    ...source.docs.map((path) => `[${path}](../../${path})`),
  ].join(', ');
}

function rowsCovered({ exercises, texts }: Course, track: Track): SourceRow[] {
  const own = exercises.filter(({ spec }) => spec.track === track.id);
  const named = new Set(own.flatMap(({ spec }) => spec.sources));
  return texts.flatMap(({ rows }) => rows).filter(({ id }) => named.has(id));
}

function trackPage(course: Course, track: Track): string {
  const own = course.exercises.filter(({ spec }) => spec.track === track.id);
  const after = course.tracks.filter(({ id }) => track.after.includes(id));
  const minutes = own.reduce((sum, { spec }) => sum + spec.target_minutes, 0);
  const exercises = own.map(({ spec }) => [
    spec.id,
    spec.title,
    spec.kind,
    spec.difficulty,
    `${spec.target_minutes} min`,
    needsInWords(spec.needs),
    String(spec.criteria.length),
  ]);
  const docs = own.flatMap(({ spec }) => spec.docs);
  const links = [...new Map(docs.map(({ title, url }) => [url, `- [${title}](${url})`])).values()];
  const rows = rowsCovered(course, track).map((source) => [
    source.id,
    source.title,
    homesInWords(source, course.exercises),
  ]);
  return [
    `# ${track.id}: ${track.title}`,
    made,
    track.about,
    after.length === 0 ? '' : `Builds on ${after.map(link).join(', ')}.`,
    `${own.length} exercises, about ${minutes} minutes. Begin: \`lab exercise next --track ${track.id}\`.`,
    tableOf(['exercise', 'title', 'kind', 'difficulty', 'time', 'needs', 'criteria'], exercises),
    '## What it covers of the course texts',
    tableOf(['row', 'about', 'covered by'], rows),
    links.length === 0 ? '' : `## Upstream\n\n${links.join('\n')}`,
  ]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n');
}

function indexPage(course: Course, shown: readonly Track[]): string {
  const tracks = shown.map((track) => {
    const own = course.exercises.filter(({ spec }) => spec.track === track.id);
    const minutes = own.reduce((sum, { spec }) => sum + spec.target_minutes, 0);
    const after = course.tracks.filter(({ id }) => track.after.includes(id)).map(({ id }) => id);
    return [link(track), track.title, String(own.length), `${minutes} min`, after.join(', ')];
  });
  const texts = course.texts.map(({ id, title, rows }) =>
    [
      `### ${id}: ${title}`,
      tableOf(
        ['row', 'about', 'covered by'],
        rows.map((source) => [source.id, source.title, homesInWords(source, course.exercises)]),
      ),
    ].join('\n\n'),
  );
  return [
    '# Tracks',
    made,
    'A track is a learning path: its exercises build on each other, and the track on those that it names. `lab exercise next` goes through them in this order; `lab progress` shows how far you are.',
    tableOf(['track', 'about', 'exercises', 'time', 'after'], tracks),
    '## Where every row of the course texts is covered',
    'C is a thing, P a procedure, Q a question of the text. Exercises in _italics_ are not written yet.',
    ...texts,
  ]
    .join('\n\n')
    .concat('\n');
}

/** Every page, by the name of its file. Tracks without exercises have none. */
export function trackPages(course: Course): Map<string, string> {
  const shown = course.tracks.filter(({ id }) =>
    course.exercises.some(({ spec }) => spec.track === id),
  );
  return new Map([
    ['README.md', indexPage(course, shown)],
    ...shown.map((track): [string, string] => [`${track.id}.md`, trackPage(course, track)]),
  ]);
}
