import type { CniSettings } from '../cluster.ts';
import { flannel } from './flannel.ts';
import { none } from './none.ts';
import type { CniPlugin } from './plugin.ts';
import { weave } from './weave.ts';

/** Every pod network that can be chosen. A new one is a file beside this and a line here. */
export const cniPlugins = { flannel, weave, none } satisfies Record<CniSettings['name'], CniPlugin>;

export type CniName = keyof typeof cniPlugins;

export const cniNames = Object.keys(cniPlugins) as CniName[];
