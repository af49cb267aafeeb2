import { z } from 'zod';
import { flannel } from './flannel.ts';
import { labnet } from './labnet.ts';
import type { CniName } from './names.ts';
import { none } from './none.ts';
import type { CniPlugin } from './plugin.ts';
import { weave } from './weave.ts';

/** What each name of `names.ts` means. A new pod network is a file beside this, its name there, and a line here. */
const plugins = { flannel, weave, labnet, none } satisfies Record<CniName, CniPlugin>;

export const cniPlugins: Readonly<Record<CniName, CniPlugin>> = plugins;

/** Pod networks that have options in lab.yaml: name -> their schema, of which everything may be left out. */
type OptionSchemas = {
  [
    Name in keyof typeof plugins as (typeof plugins)[Name] extends { options: z.ZodType }
      ? Name
      : never
  ]: z.ZodPrefault<Extract<(typeof plugins)[Name], { options: z.ZodType }>['options']>;
};

export const optionSchemas = Object.fromEntries(
  Object.entries(cniPlugins).flatMap(([name, { title, options }]) =>
    options ? [[name, z.prefault(options, {}).describe(`Options of ${title}.`)]] : [],
  ),
) as OptionSchemas;
