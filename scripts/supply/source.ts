import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError, usageError } from '../base/errors.ts';
import type { Report } from '../nodes/provider.ts';
import { cached, entryPath, exists } from './cache.ts';
import type { Component } from './components.ts';
import { buildFromModules, goVersion, moduleEntry } from './modules.ts';
import {
  fetchRelease,
  releaseArch,
  releaseEntry,
  releaseReachable,
  type ReleaseOptions,
} from './release.ts';

export type SupplySource = 'auto' | 'release' | 'modules' | 'bundle';

export interface SupplyOptions extends ReleaseOptions {
  source: SupplySource;
  /** Folder of an unpacked bundle. */
  bundle?: string | undefined;
}

/** A component's programs, by the names that components.ts gives them. */
export interface Supplied {
  folder: string;
  from: 'release' | 'modules' | 'bundle';
}

/** The answer holds for the whole run: asking again would cost up to 3 s for each component. */
const reachable = new Map<string, Promise<boolean>>();

function reachableOnce(releaseBase: string | undefined): Promise<boolean> {
  const key = releaseBase ?? '';
  const known = reachable.get(key) ?? releaseReachable(releaseBase);
  reachable.set(key, known);
  return known;
}

async function fromModules(component: Component, report: Report): Promise<Supplied> {
  const entry = await moduleEntry(component, await goVersion());
  const folder = await cached(entry, (work) => buildFromModules(component, work, report));
  return { folder, from: 'modules' };
}

async function fromRelease(
  component: Component,
  options: SupplyOptions,
  report: Report,
): Promise<Supplied> {
  const make = (work: string): Promise<void> => fetchRelease(component, work, report, options);
  return { folder: await cached(releaseEntry(component), make), from: 'release' };
}

/** What the cache holds of either source; without Go there is no telling which build would fit. */
async function fromCache(component: Component): Promise<Supplied | undefined> {
  const released = entryPath(releaseEntry(component));
  if (component.release && (await exists(released))) return { folder: released, from: 'release' };
  const go = await goVersion().catch(() => undefined);
  if (go === undefined) return undefined;
  const built = entryPath(await moduleEntry(component, go));
  return (await exists(built)) ? { folder: built, from: 'modules' } : undefined;
}

/** Neither way is open: say so, instead of only the half of it that came last. */
function noSource(component: Component, unreachable: string, cause: unknown): unknown {
  if (!(cause instanceof LabError) || cause.code !== 'no-go') return cause;
  const { name, version } = component;
  return new LabError('no-source', `${name} ${version} can be neither downloaded nor built`, {
    why: `${unreachable}; ${cause.message}: ${cause.why}`,
    hint: 'connect this machine to the internet, or install Go (lab doctor tells which)',
    cause,
  });
}

async function instead(
  component: Component,
  unreachable: string,
  report: Report,
): Promise<Supplied> {
  report(`${unreachable}; building from modules`);
  try {
    return await fromModules(component, report);
  } catch (error) {
    throw noSource(component, unreachable, error);
  }
}

async function automatic(
  component: Component,
  options: SupplyOptions,
  report: Report,
): Promise<Supplied> {
  const found = await fromCache(component);
  if (found) return found;
  if (!component.release || releaseArch() === undefined) return fromModules(component, report);
  if (!(await reachableOnce(options.releaseBase))) {
    return instead(component, 'no release can be reached within 3 s', report);
  }
  try {
    return await fromRelease(component, options, report);
  } catch (error) {
    // Projects publish in different places, and a network may let through only some of them.
    if (!(error instanceof LabError) || error.code !== 'release-unreachable') throw error;
    return instead(component, error.message, report);
  }
}

/**
 * A component's place in an unpacked bundle: `components/NAME-VERSION/`, with the same files as in the cache.
 * @throws LabError `no-bundle` when no folder is named, or it lacks the component.
 */
async function fromBundle(component: Component, bundle: string | undefined): Promise<Supplied> {
  if (bundle === undefined) {
    throw usageError('no-bundle', 'supply.source is bundle, but no bundle is named', {
      hint: 'set supply.bundle in lab.yaml to the folder of an unpacked bundle',
    });
  }
  const folder = join(bundle, 'components', `${component.name}-${component.version}`);
  for (const output of Object.keys(component.modules.outputs)) {
    if (await exists(join(folder, output))) continue;
    const isFile = await stat(bundle).then(
      (found) => found.isFile(),
      () => false,
    );
    throw usageError(
      'no-bundle',
      `${bundle} does not hold ${component.name} ${component.version}`,
      {
        why: isFile ? 'it is a file, not the folder of an unpacked bundle' : `${output} is missing`,
        hint: 'unpack the bundle that fits this version, and name its folder in supply.bundle',
      },
    );
  }
  return { folder, from: 'bundle' };
}

/**
 * The folder with a component's programs, made first where the cache lacks it. `auto` takes a bundle if one is named,
 * then what is cached without touching the network, then a release if it can be reached within 3 s, else Go modules.
 * What is published without checksums always comes from modules.
 */
export async function ensureComponent(
  component: Component,
  options: SupplyOptions,
  report: Report,
): Promise<Supplied> {
  switch (options.source) {
    case 'auto':
      // Whoever names a bundle has a reason, such as a room without internet.
      if (options.bundle !== undefined) return fromBundle(component, options.bundle);
      return automatic(component, options, report);
    case 'release':
      return component.release
        ? fromRelease(component, options, report)
        : fromModules(component, report);
    case 'modules':
      return fromModules(component, report);
    case 'bundle':
      return fromBundle(component, options.bundle);
  }
}
