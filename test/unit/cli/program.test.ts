import { afterEach, describe, expect, test, vi } from 'vitest';
import { cniNames } from '../../../scripts/cluster/cni/names.ts';
import { commandGroups, parseCommandLine } from '../../../scripts/cli/program.ts';
import type { CommandDefinition } from '../../../scripts/cli/definition.ts';
import { engines, providers, sources } from '../../../scripts/lab/config-schema.ts';
import { stops } from '../../../scripts/lab/up.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

function chosen(line: string): { name: string; args: readonly string[]; options: object } {
  const found = parseCommandLine(line.split(' '));
  if (!found) throw new Error('nothing was chosen');
  return { name: found.definition.name, args: found.args, options: found.options };
}

function shown(line: string): string {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    text += String(part);
    return true;
  });
  expect(parseCommandLine(line === '' ? [] : line.split(' '))).toBeUndefined();
  return text;
}

function everyCommand(): { path: string; definition: CommandDefinition }[] {
  const below = (
    parent: string,
    definition: CommandDefinition,
  ): ReturnType<typeof everyCommand> => {
    const path = `${parent} ${definition.name}`.trim();
    const inside = (definition.commands ?? []).flatMap((child) => below(path, child));
    return [{ path, definition }, ...inside];
  };
  return commandGroups.flatMap(([, all]) => all.flatMap((definition) => below('', definition)));
}

describe('command line', () => {
  test('takes common options before and behind the command', () => {
    expect(chosen('--env b up --cni none --workers 1 --json')).toEqual({
      name: 'up',
      args: [],
      options: { env: 'b', cni: 'none', workers: '1', json: true },
    });
    expect(chosen('status --env b --verbose').options).toEqual({ env: 'b', verbose: true });
  });

  test('tells an exercise from a sub-command', () => {
    expect(chosen('exercise cni-02 --json')).toEqual({
      name: 'exercise',
      args: ['cni-02'],
      options: { json: true },
    });
    expect(chosen('exercise check cni-02 --watch')).toEqual({
      name: 'check',
      args: ['cni-02'],
      options: { watch: true },
    });
    expect(chosen('exercise answer node-01 interface=enp0s8 two').args).toEqual([
      'node-01',
      'interface=enp0s8',
      'two',
    ]);
    expect(chosen('exercise')).toMatchObject({ name: 'exercise', args: [] });
  });

  test('passes everything on to kubectl and ssh', () => {
    expect(chosen('--env b kubectl get pods -n x --json')).toEqual({
      name: 'kubectl',
      args: ['get', 'pods', '-n', 'x', '--json'],
      options: { env: 'b' },
    });
    expect(chosen('kubectl -n x get pods').args).toEqual(['-n', 'x', 'get', 'pods']);
    expect(chosen('kubectl exec web -- ls --help').args).toEqual([
      'exec',
      'web',
      '--',
      'ls',
      '--help',
    ]);
    expect(chosen('ssh node1 -- ls -la').args).toEqual(['node1', '--', 'ls', '-la']);
  });

  test.each([
    ['upp', "unknown command 'upp'", 'Did you mean up?', 'lab --help'],
    ['up --cin x', "unknown option '--cin'", 'Did you mean --cni?', 'lab up --help'],
    ['cni instal', "unknown command 'instal'", 'Did you mean install?', 'lab cni --help'],
    ['exercise check', "missing required argument 'id'", undefined, 'lab exercise check --help'],
    ['down now', expect.stringContaining('too many arguments'), undefined, 'lab down --help'],
    ['up --cni', "option '--cni <name>' argument missing", undefined, 'lab up --help'],
  ])('refuses "%s"', (line, message, why, hint) => {
    expect(() => chosen(line)).toThrow(
      expect.objectContaining({ code: 'usage', exit: 2, message, why, hint }),
    );
  });
});

describe('help', () => {
  test('shows all commands in groups, also when nothing was typed', () => {
    const help = shown('--help');
    for (const [title, definitions] of commandGroups) {
      expect(help).toContain(title);
      for (const { name } of definitions) expect(help).toContain(`  ${name} `);
    }
    expect(shown('')).toBe(help);
  });

  test.each(everyCommand().map(({ path, definition }) => [path, definition] as const))(
    'of %s has examples and exit codes',
    (path, { examples, grades }) => {
      const help = shown(`${path} --help`);
      expect(examples.length).toBeGreaterThan(0);
      for (const [line] of examples) expect(help).toContain(`  ${line}  `);
      const codes = [...help.matchAll(/^ {2}(\d+) +\S/gm)].map(([, code]) => Number(code));
      expect(codes).toEqual(grades ? [0, 1, 2, 3, 70, 130] : [0, 1, 2, 70, 130]);
    },
  );

  test('examples are command lines that are understood', () => {
    const lines = everyCommand().flatMap(({ definition }) => definition.examples);
    for (const [line] of lines) {
      const words = /\blab ([^|<>)]*)/.exec(line)?.[1]?.trim().split(' ') ?? [];
      expect(parseCommandLine(words), line).toBeDefined();
    }
  });

  test('offers the values that the configuration takes', () => {
    const choices = (path: string, flag: string): unknown =>
      everyCommand()
        .find((one) => one.path === path)
        ?.definition.options?.find(({ flags }) => flags.startsWith(`${flag} `))?.choices;
    expect(choices('up', '--cni')).toEqual(cniNames);
    expect(choices('up', '--until')).toEqual(stops);
    expect(choices('up', '--engine')).toEqual(engines);
    expect(choices('up', '--provider')).toEqual(providers);
    expect(choices('up', '--source')).toEqual(sources);
    expect(choices('build', '--source')).toEqual(sources);
  });

  test('tells the version', () => {
    expect(shown('--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
