import { z } from 'zod';
import { exerciseSchema } from './schema.ts';

/** The JSON Schema that editors use for exercise.yaml; kept at labs/schema/exercise.schema.json. */
export function exerciseJsonSchema(): string {
  const schema = z.toJSONSchema(exerciseSchema, {
    target: 'draft-7',
    io: 'input',
    reused: 'ref',
  });
  return `${JSON.stringify({ ...schema, title: 'exercise.yaml' }, null, 2)}\n`;
}
