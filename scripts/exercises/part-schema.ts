import { z } from 'zod';
import { valueType } from './value-types.ts';

export const slug = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'use a-z, 0-9 and -');

/** A question that the learner answers. */
export const part = z
  .strictObject({
    id: slug,
    prompt: z.string().min(1),
    form: z.enum(['value', 'set', 'list', 'table']).default('value'),
    type: valueType.default('text'),
    rows: z
      .union([z.enum(['nodes', 'workers']), z.array(z.string()).min(1)])
      .optional()
      .describe('form table: one row per node, per worker, or these'),
    example: z.string().optional().describe('the shape of an answer, never a true one'),
  })
  .refine((p) => (p.form === 'table') === (p.rows !== undefined), 'a table, and only it, has rows');

export type Part = z.infer<typeof part>;
