import { guestText } from '../nodes/guest/script.ts';

/**
 * Shell functions as variables of the environment, as bash's `export -f` hands them on: unlike text in front of a script, they
 * leave the line numbers of its messages alone.
 * @param text Each function begins at the start of a line, and ends there or on its first line.
 */
export function exportedFunctions(text: string): Record<string, string> {
  const functions = text.matchAll(/^(\w+)(\(\) \{(?:.*\}$|\n[^]*?^\}$))/gm);
  return Object.fromEntries(
    Array.from(functions, ([, name = '', body = '']) => [`BASH_FUNC_${name}%%`, body]),
  );
}

/** What every script of an exercise can call; see the file. */
export async function exerciseFunctions(): Promise<Record<string, string>> {
  return exportedFunctions(await guestText('exercise-functions.sh'));
}
