import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finishSwaps, nextOf, replacedBy, swapAll } from '../../../../scripts/nodes/disks/swap.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-swap-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function make(path: string, text: string): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'content'), text);
}

const content = (path: string): string => readFileSync(join(path, 'content'), 'utf8');

describe('swaps', () => {
  const pair = (): { live: string; next: string }[] =>
    ['a', 'b'].map((name) => {
      const live = join(folder, name);
      make(live, 'old');
      make(nextOf(live), 'new');
      return { live, next: nextOf(live) };
    });

  it('put all the new folders in place and keep the old ones aside', async () => {
    const swaps = pair();
    await swapAll(folder, swaps);
    expect(swaps.map(({ live }) => content(live))).toEqual(['new', 'new']);
    const [kept = ''] = replacedBy(swaps[0]?.live ?? '');
    expect(content(kept)).toBe('old');
    expect(existsSync(join(folder, 'restoring.json'))).toBe(false);
  });

  it.each([
    ['before the first rename', 0],
    ['between the renames of a folder', 1],
    ['between two folders', 2],
    ['before the end was noted', 4],
  ])('are completed after a crash %s', async (_, renames) => {
    const swaps = pair();
    writeFileSync(join(folder, 'restoring.json'), JSON.stringify(swaps));
    const steps = swaps.flatMap(({ live, next }) => [
      [live, replacedBy(live)[0] ?? ''],
      [next, live],
    ]);
    for (const [from = '', to = ''] of steps.slice(0, renames)) renameSync(from, to);
    await finishSwaps(folder);
    expect(swaps.map(({ live }) => content(live))).toEqual(['new', 'new']);
    expect(existsSync(join(folder, 'restoring.json'))).toBe(false);
  });

  it('that were never begun change nothing', async () => {
    const swaps = pair();
    await finishSwaps(folder);
    expect(swaps.map(({ live }) => content(live))).toEqual(['old', 'old']);
  });

  it('also fill a place where nothing was', async () => {
    const live = join(folder, 'deep', 'c');
    make(nextOf(live), 'new');
    await swapAll(folder, [{ live, next: nextOf(live) }]);
    expect(content(live)).toBe('new');
  });
});
