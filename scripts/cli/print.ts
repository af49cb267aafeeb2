import { stripVTControlCharacters } from 'node:util';

/** Codes that begin and end a style. Node's own styleText looks at stdout, whatever is written to. */
const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

type Colour = keyof typeof codes;

/** Anything that text can be written to. */
export interface Screen {
  write(text: string): unknown;
  isTTY?: boolean;
}

/** Colours only where a person looks: on a terminal, and not with NO_COLOR set. */
export function wantsColour(screen: Screen): boolean {
  const { NO_COLOR: no, TERM: term } = process.env;
  return screen.isTTY === true && (no === undefined || no === '') && term !== 'dumb';
}

/** The text in this colour if stdout (or `screen`) shows colours, otherwise as it is. */
export function paint(colour: Colour, text: string, screen: Screen = process.stdout): string {
  const [begin, end] = codes[colour];
  return wantsColour(screen) ? `\x1b[${begin}m${text}\x1b[${end}m` : text;
}

/** A line of a command's answer. */
export function say(text = '', screen: Screen = process.stdout): void {
  screen.write(`${text}\n`);
}

/** A command's answer for scripts. */
export function json(value: unknown, screen: Screen = process.stdout): void {
  screen.write(`${JSON.stringify(value, null, 2)}\n`);
}

function width(text: string): number {
  return stripVTControlCharacters(text).length;
}

function pad(text: string, to: number): string {
  return text + ' '.repeat(Math.max(0, to - width(text)));
}

/** Columns as wide as their widest cell, two blanks apart; cells may be painted. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => width(row[i] ?? ''))));
  const line = (row: readonly string[]): string =>
    widths
      .map((to, i) => pad(row[i] ?? '', to))
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}
