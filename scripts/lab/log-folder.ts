import { appendFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { commandLine, type Argv } from '../base/argv.ts';
import { messageOf, usageError } from '../base/errors.ts';
import { readIfExists, writeAtomic } from '../base/files.ts';
import type { ExecResult } from '../nodes/node.ts';

const indexName = 'index.txt';
const heading = '# What `lab logs` has collected: file, state, command.';

export interface Collected {
  /** Relative to the folder. */
  file: string;
  /** As in "ok" or "exit code 1". */
  state: string;
  command: string;
}

/** The folder that `lab logs` writes: one file per command, and an index of them. */
export interface LogFolder {
  path: string;
  collected: readonly Collected[];
  /** Runs, and writes what came out; a failure is written down as well, never thrown. */
  add(file: string, argv: Argv, work: () => Promise<ExecResult>): Promise<void>;
  writeIndex(title: string): Promise<void>;
}

function indexLine({ file, state, command }: Collected): string {
  return [file, state, command].join('\t');
}

/** Files that an earlier `lab logs` has written; undefined when the folder is somebody else's. */
export function filesOfIndex(text: string | undefined): string[] | undefined {
  if (!text?.startsWith(heading)) return undefined;
  return text
    .split('\n')
    .filter((line) => line.includes('\t'))
    .map((line) => line.split('\t')[0] ?? '')
    .filter((file) => file !== '' && !file.startsWith('/') && !file.split('/').includes('..'));
}

/**
 * Makes the folder, or takes one that `lab logs` made before and removes what it had written.
 * @throws LabError `folder-in-use` when there are other files in it.
 */
export async function openLogFolder(path: string): Promise<LogFolder> {
  const present = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code !== 'ENOTDIR') throw error;
    throw usageError('folder-in-use', `${path} is a file`, { hint: 'lab logs --out NEW-FOLDER' });
  });
  const old = filesOfIndex(await readIfExists(join(path, indexName)).catch(() => undefined));
  if (present.length > 0 && old === undefined) {
    throw usageError('folder-in-use', `${path} is not empty`, {
      why: 'its files were not made by `lab logs`, and must not be mixed with others',
      hint: 'lab logs --out NEW-FOLDER',
    });
  }
  for (const file of old ?? []) await rm(join(path, file), { force: true });
  // Output of pods may hold what is nobody else's business.
  await mkdir(path, { recursive: true, mode: 0o700 });
  // From the beginning, so that an interrupted collection can be repeated.
  await writeAtomic(join(path, indexName), `${heading}\n`);

  const collected: Collected[] = [];
  return {
    path,
    collected,
    async add(file, argv, work) {
      const command = commandLine(argv);
      let state = 'ok';
      let body: string;
      try {
        const { stdout, stderr, exitCode } = await work();
        if (exitCode !== 0) state = `exit code ${exitCode}`;
        body = stderr.trim() === '' ? stdout : `${stdout}\n--- stderr ---\n${stderr}`;
      } catch (error) {
        state = 'not collected';
        body = messageOf(error);
      }
      const line = { file, state, command };
      collected.push(line);
      // What other programs read must stay as it came.
      const plain = state === 'ok' && /\.(json|yaml)$/.test(file);
      const text = plain ? body : `# ${command}\n# ${state}\n\n${body}`;
      const target = join(path, file);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, text);
      await appendFile(join(path, indexName), `${indexLine(line)}\n`);
    },
    async writeIndex(title) {
      await writeAtomic(join(path, indexName), indexText(title, collected));
    },
  };
}

function indexText(title: string, collected: readonly Collected[]): string {
  const sorted = [...collected].sort((a, b) => (a.file < b.file ? -1 : 1));
  return [heading, ...(title === '' ? [] : [`# ${title}`]), ...sorted.map(indexLine), ''].join(
    '\n',
  );
}
