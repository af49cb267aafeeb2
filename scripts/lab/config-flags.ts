import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cidrProblem } from '../base/cidr.ts';
import { LabError, usageError } from '../base/errors.ts';
import { readIfExists, writeAtomic } from '../base/files.ts';
import { stateRoot } from '../base/paths.ts';
import type { Problem } from '../base/yaml-file.ts';
import { pathText, schemaProblems } from '../base/yaml-problems.ts';
import { configProblems } from './config-checks.ts';
import { withNetwork, withWorkers } from './config-nodes.ts';
import { fileSchema, maxWorkers } from './config-schema.ts';
import type { FileConfig } from './config-schema.ts';

/** What the command line sets instead of lab.yaml; texts as typed, checked here. */
export interface Overrides {
  name?: string;
  cni?: string;
  workers?: string | number;
  engine?: string;
  provider?: string;
  network?: string;
  flannelIface?: string;
  source?: string;
}

interface Flag {
  key: keyof Overrides;
  flag: string;
  /** Where its value goes in lab.yaml. */
  path: readonly string[];
}

const flags: readonly Flag[] = [
  { key: 'name', flag: '--env', path: ['name'] },
  { key: 'cni', flag: '--cni', path: ['cni', 'name'] },
  { key: 'engine', flag: '--engine', path: ['engine'] },
  { key: 'provider', flag: '--provider', path: ['provider'] },
  { key: 'flannelIface', flag: '--flannel-iface', path: ['cni', 'flannel', 'iface'] },
  { key: 'source', flag: '--source', path: ['supply', 'source'] },
  // These two change several places; see `applyFlags`.
  { key: 'workers', flag: '--workers', path: ['workers'] },
  { key: 'network', flag: '--network', path: ['network'] },
];

/** The flag whose value stands exactly there, or around it. */
function owner(path: Problem['path'], given: readonly Flag[]): Flag | undefined {
  return given.find((one) => one.path.every((key, i) => path[i] === key));
}

/** The problem in terms of the flag that caused it. lab.yaml alone is already known to be sound. */
function flagLine({ path, message }: Problem, overrides: Overrides): string {
  const given = flags.filter(({ key }) => overrides[key] !== undefined);
  const exact = owner(path, given)?.path.length === path.length ? owner(path, given) : undefined;
  const aboutNodes = given.filter(({ key }) => key === 'network' || key === 'workers');
  const blamed = exact ? [exact] : aboutNodes.length > 0 ? aboutNodes : given;
  const names = blamed.map(({ key, flag }) => `${flag} ${overrides[key]}`).join(' ');
  return exact ? `${names}: ${message}` : `${names}: ${pathText(path)} ${message}`;
}

function withValue(config: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const map = config as Record<string, unknown>;
  return { ...map, [key]: withValue(map[key], rest, value) };
}

function countProblem({ workers }: Overrides): Problem[] {
  if (workers === undefined) return [];
  const good = /^[0-9]+$/.test(String(workers)) && Number(workers) <= maxWorkers;
  const message = `must be a whole number from 0 to ${maxWorkers}`;
  return good ? [] : [{ path: ['workers'], message }];
}

function networkProblem({ network }: Overrides): Problem[] {
  const message = network === undefined ? undefined : cidrProblem(network);
  return message ? [{ path: ['network'], message }] : [];
}

function apply(config: FileConfig, overrides: Overrides, except: ReadonlySet<string>): unknown {
  let changed: unknown = config;
  for (const { key, path } of flags) {
    const value = overrides[key];
    if (value === undefined || except.has(key)) continue;
    if (key === 'workers') changed = withWorkers(changed as FileConfig, Number(value));
    else if (key === 'network') changed = withNetwork(changed as FileConfig, String(value));
    else changed = withValue(changed, path, value);
  }
  return changed;
}

/**
 * The configuration with the flags in place of what lab.yaml says.
 * @throws LabError `bad-flags` whose details name all wrong flags, one line each.
 */
export function applyFlags(config: FileConfig, overrides: Overrides): FileConfig {
  const formal = [...countProblem(overrides), ...networkProblem(overrides)];
  const bad = new Set<string>(formal.map(({ path }) => String(path[0])));
  const tried = apply(config, overrides, bad);
  const form = fileSchema.safeParse(tried);
  if (!form.success) formal.push(...schemaProblems(form.error, fileSchema, tried));
  for (const { path } of formal) bad.add(owner(path, flags)?.key ?? '');

  // Without the values of wrong form, so that the meaning of the others is checked as well.
  const changed = fileSchema.parse(apply(config, overrides, bad));
  const meant = configProblems(changed);
  if (formal.length === 0 && meant.length === 0) return changed;
  const sound = Object.fromEntries(Object.entries(overrides).filter(([key]) => !bad.has(key)));
  const lines = [
    ...formal.map((one) => flagLine(one, overrides)),
    ...meant.map((one) => flagLine(one, sound)),
  ];
  const details = [...new Set(lines)];
  throw usageError('bad-flags', 'these flags do not fit', {
    details: details.join('\n'),
    hint: 'correct them, or see `lab up --help`',
  });
}

/** What `lab up` was told on the command line, kept so that later commands mean the same lab. */
export interface Remembered {
  /** Absolute path given with --config. */
  file?: string;
  overrides: Overrides;
}

function rememberedPath(name: string): string {
  return join(stateRoot(), name, 'flags.json');
}

/**
 * `lab up` calls this once it holds the lock; `lab down` forgets it with the state folder.
 * @throws LabError `other-provider` where the nodes are another one's: they would be forgotten.
 */
export async function rememberFlags(name: string, flags: Remembered): Promise<void> {
  const before = (await rememberedFlags(name))?.overrides.provider;
  const { provider } = flags.overrides;
  if (before !== undefined && provider !== before) {
    throw usageError('other-provider', `the nodes of "${name}" come from the provider ${before}`, {
      hint: `lab down --env ${name}   then the same command again`,
    });
  }
  await writeAtomic(rememberedPath(name), `${JSON.stringify(flags, null, 2)}\n`);
}

export async function rememberedFlags(name: string): Promise<Remembered | undefined> {
  const path = rememberedPath(name);
  const text = await readIfExists(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Remembered;
  } catch (cause) {
    throw new LabError('bad-state', `${path} is damaged`, {
      why: 'it is no JSON text',
      hint: `remove it, then repeat the flags of \`lab up\`: rm ${path}`,
      cause,
    });
  }
}

/** @throws LabError `no-config` when there is no such file. */
export async function readConfigText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw usageError('no-config', `cannot read ${path}`, {
      why: (cause as Error).message,
      hint: 'give the path of a lab.yaml with --config, or leave --config out',
      cause,
    });
  }
}
