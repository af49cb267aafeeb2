import type { CommandContext } from './context.ts';

/** What a file in commands/ exports. */
export interface CommandModule {
  /**
   * @param args The positional words.
   * @param options The command's own options; each command names those it reads. Texts as typed, flags as true.
   * @returns The exit code; nothing means 0.
   * @throws LabError for what the user can act on.
   */
  run(
    args: readonly string[],
    options: object,
    context: CommandContext,
  ): Promise<number | undefined | void>;
}

export interface OptionDefinition {
  /** In commander's form, as in "--workers <n>". */
  flags: string;
  about: string;
  /** What completion offers; the value itself is checked where it is used. */
  choices?: readonly string[];
}

/** What completion offers for the first argument. */
export type ArgumentKind = 'node' | 'exercise' | 'cni' | 'shell' | 'snapshot';

/**
 * Everything about a command but its work: light enough that `lab --help` reads all of them.
 * Its module is loaded only when it runs.
 */
export interface CommandDefinition {
  name: string;
  /** In commander's form, as in "<node> [command...]". */
  arguments?: string;
  completes?: ArgumentKind;
  summary: string;
  /** More than the summary, for `--help`. */
  description?: string;
  options?: readonly OptionDefinition[];
  /** Command lines, each with what it does. */
  examples: readonly (readonly [line: string, about: string])[];
  /** Takes --json. */
  json?: true;
  /** Everything behind the first word belongs to another program and is not looked at. */
  passThrough?: true;
  /** It grades, so exit code 3 is possible. */
  grades?: true;
  /** What is left behind, and what to do, after Ctrl-C. */
  interrupted?: string;
  load?: () => Promise<CommandModule>;
  commands?: readonly CommandDefinition[];
}
