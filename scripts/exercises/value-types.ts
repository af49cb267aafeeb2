import { z } from 'zod';

/** What a value means, so that every correct way of writing it is accepted; see compare.ts. */
export const valueType = z
  .enum([
    'text',
    'number',
    'ip',
    'cidr',
    'mac',
    'interface',
    'node',
    'pod',
    'kind',
    'path',
    'yes-no',
  ])
  .describe('how two values are compared: text ignores case, ip ignores a prefix, and so on');
export type ValueType = z.infer<typeof valueType>;

export const scalar = z.union([z.string(), z.number(), z.boolean()]);
export type Scalar = z.infer<typeof scalar>;
