import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import type { CommanderError } from 'commander';
import { exitCode, usageError } from '../base/errors.ts';
import type { LabError } from '../base/errors.ts';
import { projectRoot } from '../base/paths.ts';
import { suggest } from '../base/suggest.ts';
import { environmentCommands } from './definitions/environment.ts';
import { exerciseCommands } from './definitions/exercises.ts';
import { hostCommands } from './definitions/host.ts';
import { nodeCommands } from './definitions/nodes.ts';
import type { CommandDefinition, OptionDefinition } from './definition.ts';

/** All commands, in the groups of `lab --help`. */
export const commandGroups: readonly (readonly [string, readonly CommandDefinition[]])[] = [
  ['The lab:', environmentCommands],
  ['Its nodes:', nodeCommands],
  ['Learning:', exerciseCommands],
  ['This machine:', hostCommands],
];

export const globalOptions: readonly OptionDefinition[] = [
  { flags: '--config <file>', about: 'another lab.yaml' },
  { flags: '--env <name>', about: 'another environment than the one of lab.yaml' },
  { flags: '--verbose', about: 'show more: every line of progress, stacks of errors' },
  { flags: '--yes', about: 'do not ask' },
];

export const jsonOption: OptionDefinition = {
  flags: '--json',
  about: 'the answer as JSON on stdout',
};

/** The command that was chosen on the command line. */
export interface Chosen {
  definition: CommandDefinition;
  args: readonly string[];
  options: object;
}

/** Thrown to end parsing after help or version was printed. */
class Shown extends Error {}

const codeTexts: readonly (readonly [number, string])[] = [
  [exitCode.ok, 'done'],
  [exitCode.failed, 'the lab or the exercise failed'],
  [exitCode.usage, 'wrong use: flags, names, lab.yaml, missing rights'],
  [exitCode.gradingError, 'no score, because grading itself failed'],
  [exitCode.bug, 'a bug of lab'],
  [exitCode.interrupted, 'interrupted'],
];

function helpTail({ examples, grades }: CommandDefinition): string {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, about]) => `  ${line.padEnd(width)}  ${about}`);
  const codes = codeTexts
    .filter(([code]) => grades || code !== exitCode.gradingError)
    .map(([code, text]) => `  ${String(code).padEnd(4)}${text}`);
  return ['', 'Examples:', ...lines, '', 'Exit codes:', ...codes].join('\n');
}

function argumentsOf(command: Command): string {
  const term = (name: string, required: boolean, variadic: boolean): string => {
    const full = variadic ? `${name}...` : name;
    return required ? `<${full}>` : `[${full}]`;
  };
  const all = command.registeredArguments;
  return all.map((one) => term(one.name(), one.required, one.variadic)).join(' ');
}

/** The path from the program down, as in "lab exercise check". */
function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

/** commander's complaint with its suggestion, as an error of ours. */
function wrongUse(error: CommanderError, command: Command): LabError | Shown {
  if (error.exitCode === 0 || error.code === 'commander.help') return new Shown();
  const [first = '', ...more] = error.message.split('\n');
  const verbs = command.commands.map((one) => one.name());
  // `lab exercise chek ID`: the mistyped verb was taken for an argument.
  const mistyped = error.code === 'commander.excessArguments' && verbs.length > 0;
  const why = mistyped
    ? suggest(command.args[0] ?? '', verbs)
    : more.join(' ').replace(/^\((.*)\)$/, '$1');
  return usageError('usage', first.replace(/^error: /, ''), {
    why: why === '' ? undefined : why,
    hint: `${fullName(command)} --help`,
  });
}

function addOptions(command: Command, options: readonly OptionDefinition[]): void {
  for (const { flags, about } of options) command.option(flags, about);
}

type Choose = (chosen: Chosen) => void;

function addCommand(parent: Command, definition: CommandDefinition, choose: Choose): void {
  const { name, summary, description, passThrough, commands = [], load } = definition;
  const command = parent.command(name).summary(summary);
  command.description(
    `${summary[0]?.toUpperCase()}${summary.slice(1)}.\n${description ?? ''}`.trim(),
  );
  if (definition.arguments) command.arguments(definition.arguments);
  addOptions(command, definition.options ?? []);
  command.optionsGroup('Common options:');
  addOptions(command, definition.json ? [...globalOptions, jsonOption] : globalOptions);
  if (passThrough) command.passThroughOptions().allowUnknownOption();
  command.addHelpText('after', helpTail(definition));
  command.exitOverride((error) => {
    throw wrongUse(error, command);
  });
  for (const child of commands) addCommand(command, child, choose);
  if (load) {
    command.action(() =>
      choose({ definition, args: command.args, options: command.optsWithGlobals() }),
    );
  }
}

function version(): string {
  const text = readFileSync(join(projectRoot, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The whole command line as commander sees it; `choose` is told which command was typed. */
function buildProgram(choose: Choose): Command {
  const program = new Command('lab')
    .description('A three-node kubeadm lab for learning Kubernetes networking.')
    .version(version(), '--version')
    .enablePositionalOptions()
    .helpOption('-h, --help', 'show this help')
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${argumentsOf(command)}` })
    // `lab` alone shows its help, which is no error; failure.ts prints the errors.
    .configureOutput({
      writeErr: (text) => process.stdout.write(text),
      outputError: () => undefined,
    });
  addOptions(program, [...globalOptions, jsonOption]);
  program.exitOverride((error) => {
    throw wrongUse(error, program);
  });
  for (const [title, definitions] of commandGroups) {
    program.commandsGroup(title);
    for (const definition of definitions) addCommand(program, definition, choose);
  }
  program.addHelpText(
    'after',
    '\nStart with `lab up`, then `lab exercise list`. `lab COMMAND --help` shows examples.',
  );
  return program;
}

/**
 * Finds out what was typed, without running it. Prints help or the version itself.
 * @param argv The words behind `lab`.
 * @returns undefined when help or the version was printed.
 * @throws LabError `usage` for an unknown command or flag, with a suggestion.
 */
export function parseCommandLine(argv: readonly string[]): Chosen | undefined {
  let chosen: Chosen | undefined;
  const program = buildProgram((found) => {
    chosen = found;
  });
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof Shown) return undefined;
    throw error;
  }
  return chosen;
}
