import { z } from 'zod';
import { wholeNumber } from './selectors.ts';
import { truth, type Truth } from './truth-schema.ts';
import { scalar, valueType, type Scalar, type ValueType } from './value-types.ts';

/** What one value must be: a plain value, or conditions that must all hold. */
export interface Conditions {
  equals?: Scalar | undefined;
  not?: Scalar | undefined;
  in?: Scalar[] | undefined;
  matches?: string | undefined;
  at_least?: number | string | undefined;
  at_most?: number | string | undefined;
  /** The value is an address or a range inside one of these ranges (CIDR text or a live truth). */
  within?: string | Truth | undefined;
  same_as?: Truth | undefined;
  differs_from?: Truth | undefined;
  type?: ValueType | undefined;
}
export type Matcher = Scalar | Conditions;

const conditions = z
  .strictObject({
    equals: scalar.optional(),
    not: scalar.optional(),
    in: z.array(scalar).min(1).optional(),
    matches: z.string().optional().describe('regular expression'),
    at_least: wholeNumber.optional(),
    at_most: wholeNumber.optional(),
    within: z
      .union([z.string(), truth])
      .optional()
      .describe('CIDR range, or a truth that gives it'),
    same_as: truth.optional(),
    differs_from: truth.optional(),
    type: valueType.optional(),
  })
  .refine((c) => Object.keys(c).some((key) => key !== 'type'), 'give at least one condition');

export const matcher: z.ZodType<Matcher> = z.union([scalar, conditions]);
