import { writeFile } from 'node:fs/promises';
import { CniError, cniCode } from '../cni/error.ts';
import type { Ended, Exec } from './exec.ts';
import { commandText, type Command, type Plan, type Step } from './step.ts';

/** Steps that went to the kernel together, and how long that took. */
export interface Timing {
  steps: string[];
  ms: number;
}

export interface Group {
  tool: Command['tool'];
  netns?: string | undefined;
  steps: Step[];
}

function netnsOf(command: Command): string | undefined {
  return 'netns' in command ? command.netns : undefined;
}

/** Neighbours for the same program and namespace go together: one process instead of one per command. */
export function groupsOf(plan: Plan): Group[] {
  const groups: Group[] = [];
  for (const step of plan) {
    const { tool } = step.command;
    const netns = netnsOf(step.command);
    const last = groups.at(-1);
    const alone = tool === 'write' || step.before !== undefined || last?.steps[0]?.before;
    if (last && !alone && last.tool === tool && last.netns === netns) {
      last.steps.push(step);
    } else groups.push({ tool, netns, steps: [step] });
  }
  return groups;
}

/** A line of `ip -batch`: words are split at blanks, and a `#` begins a remark. Quotes are understood. */
function batchLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w.,:/@%+=-]+$/.test(word) ? word : `"${word}"`)).join(' ');
}

async function send(group: readonly Command[], exec: Exec, force = false): Promise<Ended> {
  const [first] = group;
  if (first === undefined) return { code: 0, stdout: '', stderr: '' };
  if (first.tool === 'write') {
    await writeFile(first.path, first.text);
    return { code: 0, stdout: '', stderr: '' };
  }
  if (first.tool === 'nft') {
    const texts = group.map((command) => (command.tool === 'nft' ? command.text : ''));
    return exec(['nft', '-f', '-'], texts.join('\n'));
  }
  const lines = group.map((command) => ('words' in command ? batchLine(command.words) : ''));
  const options = [
    ...(first.netns === undefined ? [] : ['-n', first.netns]),
    ...(force ? ['-force'] : []),
  ];
  return exec([first.tool, ...options, '-batch', '-'], `${lines.join('\n')}\n`);
}

/** `ip -batch` names the line that failed: "Command failed -:3". Without it, the first one is meant. */
function failedStep({ steps }: Group, { stderr }: Ended): { step?: Step; done: Step[] } {
  const index = Number(/Command failed -:(\d+)/.exec(stderr)?.[1] ?? 1) - 1;
  const step = steps[index] ?? steps[0];
  return { ...(step ? { step } : {}), done: steps.slice(0, index) };
}

/** Undoes steps in reverse. What is gone already is no problem; the problems that remain are returned. */
export async function undo(steps: Plan, exec: Exec): Promise<string[]> {
  const problems: string[] = [];
  for (const { undo: command } of [...steps].reverse()) {
    if (!command) continue;
    try {
      const { code, stderr } = await send([command], exec, true);
      const gone = /Cannot find device|No such (device|file|process)|does not exist/i.test(stderr);
      if (code !== 0 && !gone) problems.push(`${commandText(command)}: ${stderr.trim()}`);
    } catch (error) {
      problems.push(`${commandText(command)}: ${(error as Error).message}`);
    }
  }
  return problems;
}

/** What became of a group. */
interface Carried {
  group: Group;
  ended: Ended;
  ms: number;
}

async function carry(group: Group, exec: Exec): Promise<Carried> {
  const begin = performance.now();
  const commands = group.steps.map(({ command }) => command);
  const ended = await send(commands, exec).catch((error: unknown) => ({
    ...{ code: 1, stdout: '' },
    stderr: (error as Error).message,
  }));
  return { group, ended, ms: performance.now() - begin };
}

/** What all groups have become; those after one that failed are not begun. */
async function carryAll(groups: readonly Group[], exec: Exec): Promise<Carried[]> {
  const all: Carried[] = [];
  const failed = (): boolean => all.some(({ ended }) => ended.code !== 0);
  let beside: { work: Promise<Carried>; before: string | undefined } | undefined;
  for (const group of groups) {
    const [first] = group.steps;
    const waits =
      first?.before !== undefined || group.steps.some(({ id }) => id === beside?.before);
    if (beside && waits) {
      all.push(await beside.work);
      beside = undefined;
    }
    if (failed()) break;
    const work = carry(group, exec);
    if (first?.before === undefined) all.push(await work);
    else beside = { work, before: first.before };
  }
  if (beside) all.push(await beside.work);
  return all;
}

/**
 * Carries a plan out. When a step fails, all that was done is undone and the error names the step.
 * @throws CniError 102 with the step's command, what the kernel said, and what could not be undone.
 */
export async function run(plan: Plan, exec: Exec): Promise<Timing[]> {
  const all = await carryAll(groupsOf(plan), exec);
  const failed = all.find(({ ended }) => ended.code !== 0);
  if (failed) {
    const { step, done: before } = failedStep(failed.group, failed.ended);
    const well = all.filter(({ ended }) => ended.code === 0).flatMap(({ group }) => group.steps);
    const left = await undo([...well, ...before], exec);
    const said = failed.ended.stderr.replace(/Command failed -:\d+/, '').trim();
    throw new CniError(
      cniCode.wiringFailed,
      `step ${step?.id} failed: ${said}`,
      [step ? commandText(step.command) : '', ...left.map((one) => `not undone: ${one}`)].join(
        '\n',
      ),
    );
  }
  return all.map(({ group, ms }) => ({ steps: group.steps.map(({ id }) => id), ms }));
}
