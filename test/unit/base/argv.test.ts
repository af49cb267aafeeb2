import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandLine, quote } from '../../../scripts/base/argv.ts';

/** Words that break naive quoting, each in its own way. */
const nasty = [
  '',
  ' ',
  'plain',
  'two words',
  "it's",
  "'",
  "''",
  "'\\''",
  '"double"',
  '$HOME',
  "$'\\n'",
  '$(touch /tmp/never)',
  '`id`',
  'a\nb\n',
  '\n',
  '\t',
  'back\\slash\\',
  '*',
  '~',
  '#remark',
  '-n',
  '%s%n',
  '!history',
  'a;b&&c|d>e<f&',
  '{1..3}',
  '[a-z]*?',
  'A=b',
  'Größe 漢字 🐙',
  '\u0001\u007f',
  'x'.repeat(10_000),
];

/** The same words on every run, so that a failure can be repeated. */
function* randomWords(count: number): Generator<string> {
  const letters = [...`'"\\$\`!#&*()[]{}|;<>?~ \n\ta0-=%ü`];
  let state = 20_261_121;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  for (let i = 0; i < count; i++) {
    yield Array.from({ length: next(12) }, () => letters[next(letters.length)]).join('');
  }
}

function wordsThrough(shell: string, words: readonly string[]): string[] {
  const line = commandLine(['printf', '%s\\0', ...words]);
  const { stdout, stderr, error } = spawnSync(shell, ['-c', line], { encoding: 'utf8' });
  if (error) throw error;
  expect(stderr).toBe('');
  return stdout.split('\0').slice(0, -1);
}

const has = (shell: string): boolean => spawnSync(shell, ['-c', ':']).status === 0;

describe.each(['sh', 'dash', 'bash'].filter(has))('words through %s', (shell) => {
  it.each(nasty.map((word) => [word]))('%j', (word) => {
    expect(wordsThrough(shell, [word])).toEqual([word]);
  });

  it('all at once, and two hundred random ones', () => {
    const words = [...nasty, ...randomWords(200)];
    expect(wordsThrough(shell, words)).toEqual(words);
  });

  it('twice quoted, as in a command for sudo sh -c', () => {
    const inner = commandLine(['printf', '%s\\0', ...nasty]);
    const line = commandLine([shell, '-c', inner]);
    const { stdout } = spawnSync(shell, ['-c', line], { encoding: 'utf8' });
    expect(stdout.split('\0').slice(0, -1)).toEqual(nasty);
  });
});

describe('quote', () => {
  it('leaves words alone that a person would not quote', () => {
    const words = ['kubectl', '-o', 'json', '--address=10.0.2.15/24', 'a@b', '/etc/x_y.conf', '%'];
    expect(commandLine(words)).toBe(words.join(' '));
  });

  it("writes ' as '\\'', never as $'…'", () => {
    expect(quote("it's")).toBe("'it'\\''s'");
    expect(quote('a\nb')).toBe("'a\nb'");
    expect(quote('')).toBe("''");
  });
});
