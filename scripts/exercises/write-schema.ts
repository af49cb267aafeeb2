import { join } from 'node:path';
import { writeAtomic } from '../base/files.ts';
import { projectRoot } from '../base/paths.ts';
import { exerciseJsonSchema } from './json-schema.ts';

// Run by hand after a change of the schema: npx tsx scripts/exercises/write-schema.ts
await writeAtomic(
  join(projectRoot, 'labs', 'schema', 'exercise.schema.json'),
  exerciseJsonSchema(),
);
