/** A command as separate words; never a shell string. */
export type Argv = readonly string[];

const plain = /^[A-Za-z0-9_@%+=:,./-]+$/;

/**
 * Quotes one word for any POSIX shell (single quotes; `'` becomes `'\''`).
 * The only quoting in the project: `$'…'`, which some libraries use, is not understood by dash.
 */
export function quote(word: string): string {
  if (plain.test(word)) return word;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** The command line that runs exactly these words in a POSIX shell. */
export function commandLine(argv: Argv): string {
  return argv.map(quote).join(' ');
}
