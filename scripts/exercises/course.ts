import { loadExercises, type Exercise } from './load.ts';
import { coverageProblems, loadSources, type SourceText } from './sources.ts';
import { loadTracks, type Track } from './tracks.ts';

/** The course as it is written down. */
export interface Course {
  tracks: readonly Track[];
  exercises: readonly Exercise[];
  texts: readonly SourceText[];
}

/** Everything below a folder of exercises. */
export async function loadCourse(root: string): Promise<Course> {
  const [tracks, exercises, texts] = await Promise.all([
    loadTracks(root),
    loadExercises(root),
    loadSources(root),
  ]);
  return { tracks, exercises, texts };
}

/** What is wrong with the course as a whole, its exercises being right. */
export function courseProblems({ tracks, exercises, texts }: Course): string[] {
  const known = new Set(tracks.map(({ id }) => id));
  const lost = [...new Set(exercises.map(({ spec }) => spec.track))].filter((id) => !known.has(id));
  return [
    ...lost.map((id) => `tracks.yaml: has no track ${id}, but there are exercises of it`),
    ...coverageProblems(texts, exercises),
  ];
}
