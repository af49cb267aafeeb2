import { commandLine } from '../../base/argv.ts';
import type { Seen } from './seen.ts';

/**
 * One thing to do in the kernel. The words after `ip` or `bridge` become a line of a batch; `netns` is a name under
 * /run/netns, and without it the node's own namespace is meant.
 */
export type Command =
  | { tool: 'ip' | 'bridge'; netns?: string; words: readonly string[] }
  | { tool: 'nft'; text: string }
  | { tool: 'write'; path: string; text: string };

/** How to see that a step has had its effect. */
export interface Verify {
  /** What a person would type. */
  show: string;
  /** What is wrong, as in "eth0 is down"; undefined if nothing is. */
  problem(seen: Seen): string | undefined;
}

/** Part of a Plan: done in order, undone in reverse, and verified by CHECK. */
export interface Step {
  id: string;
  /** For a learner: what this is good for. */
  why: string;
  /** It runs beside the steps that follow, and is done before the step of this id begins. */
  before?: string;
  command: Command;
  /** Absent where another step's undo takes this one's effect along. */
  undo?: Command;
  verify?: Verify;
}

/** All that one call does to the kernel. */
export type Plan = readonly Step[];

/** The command as a person would type it on the node. */
export function commandText(command: Command): string {
  switch (command.tool) {
    case 'ip':
    case 'bridge':
      return commandLine([
        command.tool,
        ...(command.netns === undefined ? [] : ['-n', command.netns]),
        ...command.words,
      ]);
    case 'nft':
      return `nft -f - <<'END'\n${command.text.trimEnd()}\nEND`;
    case 'write':
      return `echo ${command.text} > ${command.path}`;
  }
}
