import { z } from 'zod';
import { scalar } from './value-types.ts';

/** How a variable gets its value: the same for one learner's attempt, different for the next. */
export const variable = z.union([
  z.strictObject({ value: scalar.describe('fixed; may use {{other}} variables') }),
  z.strictObject({ pick: z.array(scalar).min(2) }),
  z
    .strictObject({ range: z.strictObject({ from: z.number().int(), to: z.number().int() }) })
    .refine((v) => v.range.from < v.range.to, 'from must be below to'),
  z.strictObject({
    word: z.number().int().min(3).max(12).describe('that many lower-case letters'),
  }),
  z.strictObject({
    subnet: z.strictObject({
      within: z.string().describe('IPv4 range'),
      prefix: z.number().int().min(8).max(30),
    }),
  }),
]);
export type Variable = z.infer<typeof variable>;
