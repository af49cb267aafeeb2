import { z } from 'zod';
import { nodeSelector, onePlace, onePlaceMessage, place, type Place } from './selectors.ts';
import { scalar, type Scalar } from './value-types.ts';

/** Which API objects; the words that `kubectl get` takes. */
export interface ObjectQuery {
  resource: string;
  namespace?: string | undefined;
  all_namespaces?: boolean | undefined;
  name?: string | undefined;
  selector?: string | undefined;
}

export const objectQuery = {
  resource: z
    .string()
    .min(1)
    .describe('as kubectl takes it: pods, daemonsets.apps; several with commas'),
  namespace: z.string().optional(),
  all_namespaces: z.boolean().optional(),
  name: z.string().optional(),
  selector: z.string().optional(),
};

interface Common {
  /** Variables for this source, read live first; the first value of each counts. */
  let?: Record<string, Truth> | undefined;
  /** A regular expression; its first group, or the whole match, replaces each value. Others drop out. */
  match?: string | undefined;
  /** `values` (default), their number, or "yes"/"no" for any or none. */
  as?: 'values' | 'count' | 'exists' | undefined;
}

/** Where a true value comes from. Always read from the running lab, except `fixed`. */
export type Truth = Common &
  (
    | ({ from: 'object'; path: string } & ObjectQuery)
    | ({ from: 'json'; argv: string[]; path: string } & Place)
    | ({ from: 'command'; argv: string[] } & Place)
    | { from: 'file'; on: string | string[]; path: string }
    | { from: 'fact'; name: string }
    | { from: 'fixed'; values?: Scalar[] | undefined; rows?: Record<string, Scalar> | undefined }
  );

export const variableName = z.string().regex(/^[a-z][a-z0-9_]*$/, 'use a-z, 0-9 and _');
export const argvSchema = z.array(z.string()).min(1).describe('words of a command; no shell');

const common = {
  let: z
    .record(
      variableName,
      z.lazy((): z.ZodType<Truth> => truth),
    )
    .optional(),
  match: z.string().optional().describe('regular expression; the first group is the value'),
  as: z.enum(['values', 'count', 'exists']).optional(),
};

const jsonPath = z.string().min(1).describe('JSONPath, such as .items[*].metadata.name');

export const truth: z.ZodType<Truth> = z.discriminatedUnion('from', [
  z.strictObject({ from: z.literal('object'), ...objectQuery, path: jsonPath, ...common }),
  z
    .strictObject({
      from: z.literal('json'),
      ...place,
      argv: argvSchema,
      path: jsonPath,
      ...common,
    })
    .refine(onePlace, onePlaceMessage),
  z
    .strictObject({ from: z.literal('command'), ...place, argv: argvSchema, ...common })
    .refine(onePlace, onePlaceMessage),
  z.strictObject({ from: z.literal('file'), on: nodeSelector, path: z.string(), ...common }),
  z
    .strictObject({ from: z.literal('fact'), name: variableName, ...common })
    .describe('what setup printed as "fact NAME VALUE" when the exercise was started'),
  z
    .strictObject({
      from: z.literal('fixed'),
      values: z.array(scalar).min(1).optional(),
      rows: z.record(z.string(), scalar).optional(),
      ...common,
    })
    .refine((f) => (f.values === undefined) !== (f.rows === undefined), 'give values or rows'),
]);
