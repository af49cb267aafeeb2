import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { local } from '../local.ts';

/** One file, folder or link of a tree as `find` sees it. */
export interface Entry {
  /** Below the tree; "" is the tree itself. */
  path: string;
  /** As `find` has it: f, d, l, c, b, p, s. */
  type: string;
  /** Octal, such as "644". */
  mode: string;
  owner: string;
  /** Bytes; that of a folder says nothing. */
  size: number;
  /** Seconds since 1970 with all digits. */
  time: string;
  /** Target of a symbolic link. */
  target: string;
  inode: string;
  /** On the disk. */
  bytes: number;
  links: number;
}

const format = '%y\\t%m\\t%U:%G\\t%s\\t%T@\\t%l\\t%i\\t%b\\t%n\\t%P\\0';

export async function listTree(folder: string): Promise<Entry[]> {
  const { stdout } = await local(['find', folder, '-printf', format], { timeout: 120_000 });
  return stdout
    .split('\0')
    .filter(Boolean)
    .map((line) => {
      const [type = '', mode = '', owner = '', size, time = '', target = '', inode = '', ...rest] =
        line.split('\t');
      const [blocks, links, ...path] = rest;
      return {
        ...{ path: path.join('\t'), type, mode, owner, time, target, inode },
        size: Number(size),
        bytes: Number(blocks) * 512,
        links: Number(links),
      };
    });
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest('hex');
}

/** What must not change of an entry; contents are beside it. */
function appearance(tree: string, entry: Entry): string {
  const { path, type, mode, owner, size, time, target } = entry;
  const length = type === 'f' ? size : 0;
  // The time of a folder changes when something in it is linked or unlinked, which alters nothing.
  const when = type === 'd' ? '' : time;
  return JSON.stringify([`${tree}/${path}`, type, mode, owner, length, when, target]);
}

/**
 * A line for each entry, in order of the paths, with the SHA-256 of its content; `tree` names the folder. Files for which `shared` is true are those
 * of another store that is checked by itself; of them only what `find` says is noted.
 */
export async function manifestOf(
  tree: string,
  folder: string,
  entries: readonly Entry[],
  shared: (entry: Entry) => boolean,
): Promise<string[]> {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  const lines: string[] = [];
  for (const entry of sorted) {
    const own = entry.type === 'f' && !shared(entry);
    // A file that is one hole, as databases make them ahead, need not be read.
    const hole = entry.bytes === 0 && entry.size > 0;
    const content = own ? (hole ? 'hole' : await fileDigest(join(folder, entry.path))) : '-';
    lines.push(`${appearance(tree, entry)} ${content}`);
  }
  return lines;
}

/** What differs between two manifests, by path; at most `count`. */
export function manifestProblems(
  noted: readonly string[],
  found: readonly string[],
  count: number,
): string[] {
  const before = new Set(noted);
  const after = new Set(found);
  const changed = [
    ...noted.filter((line) => !after.has(line)),
    ...found.filter((line) => !before.has(line)),
  ];
  const path = (line: string): string =>
    (JSON.parse(line.slice(0, line.lastIndexOf(' '))) as string[])[0] ?? '';
  return [...new Set(changed.map(path))].slice(0, count);
}
