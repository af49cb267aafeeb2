import { afterEach, describe, expect, test } from 'vitest';
import { paint, table, wantsColour } from '../../../scripts/cli/print.ts';

const before = { ...process.env };
const terminal = { write: () => true, isTTY: true };
const pipe = { write: () => true };

afterEach(() => {
  process.env = { ...before };
});

describe('print', () => {
  test('colours only on a terminal without NO_COLOR', () => {
    delete process.env.NO_COLOR;
    process.env.TERM = 'xterm';
    expect(paint('red', 'x', terminal)).toBe('\x1b[31mx\x1b[39m');
    expect(paint('red', 'x', pipe)).toBe('x');
    process.env.NO_COLOR = '1';
    expect(wantsColour(terminal)).toBe(false);
    process.env.NO_COLOR = '';
    process.env.TERM = 'dumb';
    expect(wantsColour(terminal)).toBe(false);
  });

  test('aligns columns, also of coloured cells', () => {
    const rows = [
      ['master', '\x1b[31mno\x1b[39m', 'x'],
      ['n1', 'yes', ''],
    ];
    expect(table(['NODE', 'READY', ''], rows)).toBe(
      ['NODE    READY', 'master  \x1b[31mno\x1b[39m     x', 'n1      yes'].join('\n'),
    );
  });
});
