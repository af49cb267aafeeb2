import type { Exec } from '../plan/exec.ts';
import type { Isolation } from '../policy/isolation.ts';
import { directions } from '../policy/model.ts';
import {
  difference,
  everything,
  isRefilled,
  listed,
  replaceAll,
  ruleset,
  transaction,
  unknown,
  type Change,
  type Ruleset,
} from '../policy/nft.ts';
import { chainName, table } from '../policy/nft-words.ts';

/** The policy rules of this node in the kernel, and what is known of them. */
export interface KernelRules {
  /** Puts exactly these in force. @returns whether anything had to be changed. @throws Error with nft's own words. */
  load: (isolations: readonly Isolation[]) => Promise<boolean>;
  /** Does the kernel have, or may it have, rules for this address? */
  has: (address: string) => boolean;
  /** Resolves when something that an ADD of this pod would rely on has been written; undefined if nothing is. */
  busy: (address: string, rules: Ruleset) => Promise<void> | undefined;
  /**
   * The text for nft by which an ADD isolates its pod. Until `ended`, the address is the ADD's own, and `load` leaves it
   * alone. Comes right after `busy` has said that nothing is.
   */
  begin: (address: string, rules: Ruleset) => string;
  /**
   * The ADD is over. If it failed, nobody knows what is in force now, and the next `load` does it again.
   * @returns whether it had begun.
   */
  ended: (address: string, well: boolean) => boolean;
}

const kinds = ['chains', 'sets', 'pods'] as const;

/** A change that is on its way to the kernel. */
interface Writing {
  change: Change;
  after: Ruleset;
  /** What others write beside it: nobody knows who of the two came last. */
  disputed: Set<string>;
  end: Promise<void>;
  resolve: () => void;
}

/** Names of an address's own chains. */
function chainsOf(address: string): string[] {
  return directions.map((direction) => chainName({ address, direction }));
}

function keysOf(change: Change): string[] {
  return kinds.flatMap((kind) => change[kind].map((name) => `${kind} ${name}`));
}

export function kernelRules(exec: Exec): KernelRules {
  /** What the kernel has; undefined when it is not known. */
  let kernel: Ruleset | undefined;
  const writings = new Set<Writing>();
  /** The ADDs among them, by address. */
  const adding = new Map<string, Writing>();

  function note(change: Change, textOf: (kind: keyof Change, name: string) => string | undefined) {
    for (const kind of kinds) {
      for (const name of change[kind]) {
        const text = textOf(kind, name);
        if (text === undefined) kernel?.[kind].delete(name);
        else kernel?.[kind].set(name, text);
      }
    }
  }

  function begun(change: Change, after: Ruleset): Writing {
    let resolve = (): void => undefined;
    const end = new Promise<void>((done) => (resolve = done));
    const writing: Writing = { change, after, disputed: new Set(), end, resolve };
    const keys = new Set(keysOf(change));
    for (const other of writings) {
      for (const key of keysOf(other.change).filter((one) => keys.has(one))) {
        writing.disputed.add(key);
        other.disputed.add(key);
      }
    }
    writings.add(writing);
    note(change, () => unknown);
    return writing;
  }

  function over(writing: Writing, well: boolean): void {
    const { change, after, disputed } = writing;
    writings.delete(writing);
    note(change, (kind, name) =>
      well && !disputed.has(`${kind} ${name}`) ? after[kind].get(name) : unknown,
    );
    writing.resolve();
  }

  /** @param sent What is to be noted beside the change itself, once it is in force. */
  async function write(
    change: Change,
    after: Ruleset,
    text: string,
    sent: () => void,
  ): Promise<void> {
    const writing = begun(change, after);
    let well = false;
    try {
      const { code, stderr } = await exec(['nft', '-f', '-'], text);
      if (code !== 0) throw new Error(stderr.trim());
      sent();
      well = true;
    } finally {
      if (!well) kernel = undefined;
      over(writing, well);
    }
  }

  async function loadAll(isolations: readonly Isolation[]): Promise<boolean> {
    const { code, stdout } = await exec(['nft', '-t', 'list', 'table', ...table.split(' ')]);
    if (isolations.length === 0 && code !== 0) {
      kernel = listed('');
      return false;
    }
    const after = ruleset(isolations);
    await write(everything(after), after, replaceAll(after, code === 0 ? stdout : ''), () => {
      kernel = after;
      // It may have undone what ADDs have written, and they what it has.
      for (const { change, disputed } of adding.values()) {
        for (const key of keysOf(change)) disputed.add(key);
        note(change, () => unknown);
      }
    });
    return true;
  }

  async function loadSome(before: Ruleset, isolations: readonly Isolation[]): Promise<boolean> {
    if (isolations.length === 0 && before.chains.size === 0) return false;
    const after = ruleset(isolations);
    const differs = difference(before, after);
    const busy = new Set([...adding.keys()].flatMap(chainsOf));
    // The chain of a pod that is being added may refer to any policy and any set.
    const mayGo = (kind: 'chains' | 'sets', name: string): boolean =>
      adding.size === 0 || after[kind].has(name);
    const change: Change = {
      chains: differs.chains.filter((name) => !busy.has(name) && mayGo('chains', name)),
      sets: differs.sets.filter((name) => mayGo('sets', name)),
      pods: differs.pods.filter((address) => !adding.has(address)),
    };
    if (Object.values(change).every((names) => names.length === 0)) return false;
    const text = transaction(change, after, { before });
    // Sets that only grow are there all the while, for whoever relies on them.
    const growing = change.sets.filter(
      (name) => before.sets.has(name) && after.sets.has(name) && !isRefilled(name, after, before),
    );
    const grows = new Set(growing);
    const rest = { ...change, sets: change.sets.filter((name) => !grows.has(name)) };
    await write(rest, after, text, () =>
      note({ chains: [], sets: growing, pods: [] }, (kind, name) => after[kind].get(name)),
    );
    return true;
  }

  return {
    load: (isolations) => (kernel ? loadSome(kernel, isolations) : loadAll(isolations)),
    has: (address) => kernel?.pods.has(address) === true || adding.has(address),
    busy(address, rules) {
      const own = { chains: chainsOf(address), sets: [], pods: [address] };
      const needed = new Set([...keysOf(everything(rules)), ...keysOf(own)]);
      return [...writings].find(({ change }) => keysOf(change).some((key) => needed.has(key)))?.end;
    },
    begin(address, rules) {
      const isOwn = new Set(chainsOf(address));
      const change = {
        chains: [
          ...[...isOwn].filter(
            (name) => rules.chains.has(name) || !kernel || kernel.chains.has(name),
          ),
          ...[...rules.chains.keys()].filter(
            (name) => !isOwn.has(name) && kernel?.chains.get(name) !== rules.chains.get(name),
          ),
        ],
        // Who is missing in a set comes with the next load; who should not be in it goes now.
        sets: [...rules.sets.keys()].filter(
          (name) => !kernel?.sets.has(name) || isRefilled(name, rules, kernel),
        ),
        pods: [address],
      };
      const text = transaction(change, rules, { before: kernel });
      adding.set(address, begun(change, rules));
      return text;
    },
    ended(address, well) {
      const writing = adding.get(address);
      if (!writing) return false;
      adding.delete(address);
      over(writing, well);
      return true;
    },
  };
}
