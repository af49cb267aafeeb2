import { join } from 'node:path';
import { readIfExists, writeAtomic } from '../../base/files.ts';
import type { PodName, PortMapping } from '../cni/request.ts';
import { folders } from '../config.ts';
import type { NodeFacts } from '../node/facts.ts';
import type { Wiring } from '../pod/drivers.ts';
import type { Pool } from '../vpc/pool.ts';

/** A pod's link, and all that it was made from. */
export interface AttachmentState {
  containerId: string;
  ifName: string;
  /** /run/netns/NAME */
  netns: string;
  pod?: PodName;
  wiring: Wiring;
  ports: PortMapping[];
  /** False while ADD is at work: an agent that finds such a one after a crash undoes it. */
  done: boolean;
}

/** Everything that the agent must know again after it was killed. */
export interface AgentState {
  version: 1;
  facts?: NodeFacts;
  /** Number of the address given last. */
  last: number;
  /** The ENIs of this node, in the mode vpc. */
  pool?: Pool;
  attachments: Record<string, AttachmentState>;
}

export function attachmentKey(containerId: string, ifName: string): string {
  return `${containerId}/${ifName}`;
}

/** Addresses in use, or about to be. */
export function takenBy({ attachments }: AgentState): Set<string> {
  return new Set(Object.values(attachments).map(({ wiring }) => wiring.address));
}

export function emptyState(): AgentState {
  return { version: 1, last: 1, attachments: {} };
}

export const stateFile = 'state.json';

/** The state that a file's text is; undefined for none, for a damaged one, and for one of another version. */
export function stateOf(text: string | undefined): AgentState | undefined {
  try {
    const state = JSON.parse(text ?? 'null') as AgentState | null;
    return state?.version === 1 ? state : undefined;
  } catch {
    return undefined;
  }
}

/** Without a state that can be read, the links that it told of are taken away as unknown. */
export async function loadState(folder: string = folders.run): Promise<AgentState> {
  return stateOf(await readIfExists(join(folder, stateFile))) ?? emptyState();
}

/**
 * Writes states one after the other. While one is being written, later ones wait and only the newest of them is
 * written: thirty pods that start at once cost a few writes, and each of them is answered after its own is on disk.
 */
export function stateWriter(folder: string = folders.run): (state: AgentState) => Promise<void> {
  let current: Promise<void> = Promise.resolve();
  let waiting: { state: AgentState; written: Promise<void> } | undefined;
  return (state) => {
    if (waiting) {
      waiting.state = state;
      return waiting.written;
    }
    const next = { state, written: Promise.resolve() };
    next.written = current.then(async () => {
      waiting = undefined;
      await writeAtomic(join(folder, stateFile), JSON.stringify(next.state), 0o600);
    });
    // A failed write is told to those who wait for it; the next one is tried all the same.
    current = next.written.catch(() => undefined);
    waiting = next;
    return next.written;
  };
}
