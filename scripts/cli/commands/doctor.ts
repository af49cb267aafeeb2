import { exitCode } from '../../base/errors.ts';
import { examine, repair } from '../../lab/doctor.ts';
import type { Check, CheckGroup, CheckStatus, Repair } from '../../lab/doctor.ts';
import type { CommandContext } from '../context.ts';
import { json, paint, say } from '../print.ts';
import type { Screen } from '../print.ts';

const words: Record<CheckStatus, readonly [text: string, colour: 'green' | 'yellow' | 'red']> = {
  ok: ['ok', 'green'],
  warn: ['warn', 'yellow'],
  fail: ['FAIL', 'red'],
};

function checkLines({ title, status, found, why, fix }: Check, width: number): string[] {
  const [text, colour] = words[status];
  const line = `  ${paint(colour, text.padEnd(4))}  ${title.padEnd(width)}  ${found}`;
  if (status === 'ok') return [line];
  const inner = ' '.repeat(8);
  const fixes = fix.map((one, index) => {
    const label = index === 0 ? 'fix' : '   ';
    return `${inner}${label}  ${one.startsWith('# ') ? one.slice(2) : paint('bold', one)}`;
  });
  return [line, `${inner}why  ${why}`, ...fixes];
}

function count(checks: readonly Check[], status: CheckStatus): number {
  return checks.filter((one) => one.status === status).length;
}

/** One line that answers "can I start?". */
function verdict(checks: readonly Check[]): string {
  const fails = count(checks, 'fail');
  const warnings = count(checks, 'warn');
  const limits = warnings === 0 ? '' : `, ${warnings} with limits (warn)`;
  const worst = fails === 0 ? 'warn' : 'fail';
  const helps = checks.some((one) => one.status === worst && repairable(one));
  const fix = helps ? ' `sudo lab doctor --fix` applies what it can.' : '';
  if (fails === 0) return `This machine can run the lab: ${count(checks, 'ok')} ok${limits}.${fix}`;
  return `This machine cannot run the lab yet: ${fails} must be fixed (FAIL)${limits}.${fix}`;
}

export function reportText(groups: readonly CheckGroup[]): string {
  const checks = groups.flatMap((group) => group.checks);
  const width = Math.max(...checks.map(({ title }) => title.length));
  const parts = groups.map(({ title, checks: own }) =>
    [paint('bold', title), ...own.flatMap((one) => checkLines(one, width))].join('\n'),
  );
  return [...parts, verdict(checks)].join('\n\n');
}

/** What --json prints: the checks without what only --fix needs. */
export function reportJson(groups: readonly CheckGroup[], repairs?: readonly Repair[]): object {
  const checks = groups.flatMap(({ title: group, checks: own }) =>
    own.map(({ id, title, status, found, why, fix }) => {
      return { id, group, title, status, found, why, fix };
    }),
  );
  const status = (['fail', 'warn'] as const).find((one) => checks.some((it) => it.status === one));
  return { status: status ?? 'ok', checks, ...(repairs ? { repairs } : {}) };
}

function repairable({ status, packages = [], commands = [] }: Check): boolean {
  return status !== 'ok' && packages.length + commands.length > 0;
}

async function agreed(context: CommandContext): Promise<boolean> {
  if (context.yes || context.json || !process.stdin.isTTY || !process.stdout.isTTY) return true;
  const { confirm } = await import('@clack/prompts');
  return (await confirm({ message: 'Apply these fixes?', signal: context.signal })) === true;
}

/** Says what it will do, asks on a terminal, and tells of each fix whether it worked. */
async function fix(groups: readonly CheckGroup[], context: CommandContext): Promise<Repair[]> {
  // With --json, stdout is for the answer alone.
  const screen: Screen = context.json ? process.stderr : process.stdout;
  const open = groups.flatMap(({ checks }) => checks).filter(repairable);
  if (open.length === 0) {
    say('There is nothing that --fix could do.', screen);
    return [];
  }
  say('These fixes will be applied:', screen);
  for (const { title, fix: lines } of open) {
    const commands = lines.filter((line) => !line.startsWith('#') && !line.startsWith('echo '));
    say(`  ${title}: ${commands.join(' && ')}`, screen);
  }
  if (!(await agreed(context))) {
    say('Nothing was changed.', screen);
    return [];
  }
  const repairs = await repair(
    open,
    (text) => say(paint('dim', `  ${text}`, screen), screen),
    context.signal,
  );
  for (const { command, problem } of repairs) {
    const [mark, colour] = problem === undefined ? words.ok : words.fail;
    say(`  ${paint(colour, mark, screen)}  ${command}`, screen);
    if (problem !== undefined) say(problem.replace(/^/gm, '        '), screen);
  }
  return repairs;
}

export async function run(
  _: readonly string[],
  { fix: wanted, provider }: { fix?: boolean; provider?: string },
  context: CommandContext,
): Promise<number> {
  const needs = await context.loadConfig({ provider });
  let groups = await examine(needs);
  let repairs: Repair[] | undefined;
  if (wanted) {
    repairs = await fix(groups, context);
    if (repairs.length > 0) groups = await examine(needs);
    if (!context.json) say();
  }
  if (context.json) json(reportJson(groups, repairs));
  else say(reportText(groups));
  const failed = groups.some(({ checks }) => checks.some(({ status }) => status === 'fail'));
  return failed ? exitCode.failed : exitCode.ok;
}
