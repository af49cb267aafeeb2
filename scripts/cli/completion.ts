import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RootCommand } from '@bomb.sh/tab';
import type { Complete } from '@bomb.sh/tab';
import { projectRoot } from '../base/paths.ts';
import { cniNames } from '../cluster/cni/names.ts';
import { sandboxKinds } from '../nodes/sandbox-kinds.ts';
import type { ArgumentKind, CommandDefinition, OptionDefinition } from './definition.ts';
import { shells } from './completion-scripts.ts';
import { commandGroups, globalOptions, jsonOption } from './program.ts';

type Names = Readonly<Record<ArgumentKind, readonly string[]>>;

/** Folder names are enough here; reading all exercises would make the Tab key slow. */
async function exerciseIds(): Promise<string[]> {
  const root = join(projectRoot, 'labs');
  const entries = await readdir(root, { recursive: true }).catch(() => []);
  return entries
    .map((path) => /^[^/]+\/([^/]+)\/exercise\.yaml$/.exec(path)?.[1])
    .filter((id) => id !== undefined)
    .sort();
}

/** The nodes of lab.yaml; none when it is broken, since a Tab key must not print errors. */
async function nodeNames(): Promise<string[]> {
  try {
    const { loadConfig } = await import('../lab/config.ts');
    const { controlPlane, workers } = await loadConfig({ cwd: process.cwd() });
    return [...[controlPlane, ...workers].map(({ name }) => name), ...sandboxKinds];
  } catch {
    return [];
  }
}

async function snapshotNames(): Promise<string[]> {
  try {
    const { environmentSpec, loadConfig } = await import('../lab/config.ts');
    const { snapshotsFolder } = await import('../lab/snapshot/folder.ts');
    const spec = environmentSpec(await loadConfig({ cwd: process.cwd() }));
    const names = await readdir(snapshotsFolder(spec));
    return names.filter((name) => !name.startsWith('.'));
  } catch {
    return [];
  }
}

async function namesFor(words: readonly string[]): Promise<Names> {
  return {
    node: words.includes('ssh') ? await nodeNames() : [],
    exercise: words.includes('exercise') || words.includes('labs') ? await exerciseIds() : [],
    cni: cniNames,
    shell: shells,
    snapshot: words.includes('snapshot') || words.includes('diff') ? await snapshotNames() : [],
  };
}

const offer =
  (values: readonly string[]) =>
  (complete: Complete): void => {
    for (const value of values) complete(value, '');
  };

function addOptions(command: RootCommand, path: string, options: readonly OptionDefinition[]) {
  const target = path === '' ? command : command.commands.get(path);
  for (const { flags, about, choices } of options) {
    const [long = '', value] = flags.replace(/^--/, '').split(' ');
    // An option without a handler counts as a flag, which would take no value.
    if (value === undefined) target?.option(long, about);
    else target?.option(long, about, offer(choices ?? []));
  }
}

function add(root: RootCommand, definition: CommandDefinition, parent: string, names: Names): void {
  const path = `${parent} ${definition.name}`.trim();
  const command = root.command(path, definition.summary);
  const { completes, options = [], json, commands = [] } = definition;
  if (completes) {
    const variadic = definition.arguments?.includes('...') && completes !== 'node';
    command.argument(completes, offer(names[completes]), variadic);
  }
  addOptions(root, path, [...options, ...globalOptions, ...(json ? [jsonOption] : [])]);
  for (const child of commands) add(root, child, path, names);
}

async function tree(words: readonly string[]): Promise<RootCommand> {
  const root = new RootCommand();
  const names = await namesFor(words);
  addOptions(root, '', globalOptions);
  for (const [, definitions] of commandGroups) {
    for (const definition of definitions) add(root, definition, '', names);
  }
  return root;
}

/** Answers the shell's question what may stand at the end of these words. Returns the exit code. */
export async function complete(words: readonly string[]): Promise<number> {
  const root = await tree(words);
  root.parse([...words]);
  return 0;
}
