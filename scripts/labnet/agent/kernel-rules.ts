import type { Exec } from '../plan/exec.ts';
import type { Isolation } from '../policy/isolation.ts';
import { directions } from '../policy/model.ts';
import { difference, replaceAll, ruleset, transaction, unknown } from '../policy/nft.ts';
import type { Change, Ruleset } from '../policy/nft.ts';
import { chainName, table } from '../policy/nft-words.ts';

/** The policy rules of this node in the kernel, and what is known of them. */
export interface KernelRules {
  /** Puts exactly these in force. @returns whether anything had to be changed. @throws Error with nft's own words. */
  load: (isolations: readonly Isolation[]) => Promise<boolean>;
  /** Does the kernel have, or may it have, rules for this address? */
  has: (address: string) => boolean;
  /** Resolves when no `load` that is under way is about this address. */
  free: (address: string) => Promise<void>;
  /**
   * The text for nft by which an ADD isolates its pod. Until `ended`, the address is the ADD's own, and `load` leaves it
   * alone. Comes right after `free`.
   */
  begin: (address: string, isolations: readonly Isolation[]) => string;
  /**
   * The ADD is over. If it failed, nobody knows what is in force now, and the next `load` does it again.
   * @returns whether it had begun.
   */
  ended: (address: string, well: boolean) => boolean;
}

/** Names of an address's own chains. */
function chainsOf(address: string): string[] {
  return directions.map((direction) => chainName({ address, direction }));
}

/** Would the set let in somebody that it should not? Who is missing may come later. */
function letsInMore(known: string | undefined, wanted: string): boolean {
  if (known === undefined || known === unknown) return true;
  if (known === wanted) return false;
  const all = new Set(wanted.split(', '));
  return known.split(', ').some((one) => one !== '' && !all.has(one));
}

function joined(one: Change, other: Change): Change {
  return {
    chains: [...one.chains, ...other.chains],
    sets: [...one.sets, ...other.sets],
    pods: [...one.pods, ...other.pods],
  };
}

/** An ADD that is under way. */
interface Adding {
  /** The pod's own chains and elements, which `load` leaves to it. */
  own: Change;
  /** What it shares with other pods and the kernel lacked. `load` may write the same, so at the end it is looked at again. */
  shared: Change;
  after: Ruleset;
}

/** The change that a `load` sends now. */
interface Loading {
  addresses: ReadonlySet<string> | 'all';
  /** What ADDs write beside it: who of the two came last is not known. */
  beside: Change[];
  end: Promise<unknown>;
}

export function kernelRules(exec: Exec): KernelRules {
  /** What the kernel has; undefined when it is not known. */
  let kernel: Ruleset | undefined;
  /** By address. */
  const adding = new Map<string, Adding>();
  let loading: Loading | undefined;

  /** @returns what ADDs wrote beside it. */
  async function send(addresses: Loading['addresses'], text: string): Promise<Change[]> {
    const beside = [...adding.values()].map(({ own, shared }) =>
      addresses === 'all' ? joined(own, shared) : shared,
    );
    const work = exec(['nft', '-f', '-'], text);
    loading = { addresses, beside, end: work.catch(() => undefined) };
    try {
      const { code, stderr } = await work;
      if (code !== 0) throw new Error(stderr.trim());
      return beside;
    } catch (error) {
      kernel = undefined;
      throw error;
    } finally {
      loading = undefined;
    }
  }

  /** Takes over what is in force now, or that nobody knows it. */
  function note(change: Change, after?: Ruleset): void {
    for (const kind of ['chains', 'sets', 'pods'] as const) {
      for (const name of change[kind]) {
        const text = after ? after[kind].get(name) : unknown;
        if (text === undefined) kernel?.[kind].delete(name);
        else kernel?.[kind].set(name, text);
      }
    }
  }

  async function loadAll(isolations: readonly Isolation[]): Promise<boolean> {
    const { code, stdout } = await exec(['nft', '-t', 'list', 'table', ...table.split(' ')]);
    const work = isolations.length > 0 || code === 0;
    const beside = work ? await send('all', replaceAll(isolations, code === 0 ? stdout : '')) : [];
    kernel = ruleset(isolations);
    for (const change of beside) note(change);
    return work;
  }

  async function loadSome(before: Ruleset, isolations: readonly Isolation[]): Promise<boolean> {
    const after = ruleset(isolations);
    const all = difference(before, after);
    const busy = new Set([...adding.keys()].flatMap(chainsOf));
    // The chain of a pod that is being added may refer to any policy and any set.
    const mayGo = (kind: 'chains' | 'sets', name: string): boolean =>
      adding.size === 0 || after[kind].has(name);
    const change: Change = {
      chains: all.chains.filter((name) => !busy.has(name) && mayGo('chains', name)),
      sets: all.sets.filter((name) => mayGo('sets', name)),
      pods: all.pods.filter((address) => !adding.has(address)),
    };
    if (Object.values(change).every((names) => names.length === 0)) return false;
    const changed = new Set([...change.chains, ...change.pods]);
    const addresses = [...before.pods.keys(), ...after.pods.keys()].filter((address) =>
      [address, ...chainsOf(address)].some((name) => changed.has(name)),
    );
    const beside = await send(new Set(addresses), transaction(change, after, { before }));
    note(change, after);
    for (const other of beside) note(other);
    return true;
  }

  return {
    load: (isolations) => (kernel ? loadSome(kernel, isolations) : loadAll(isolations)),
    has: (address) => kernel?.pods.has(address) === true || adding.has(address),
    async free(address) {
      while (loading && (loading.addresses === 'all' || loading.addresses.has(address))) {
        await loading.end;
      }
    },
    begin(address, isolations) {
      const after = ruleset(isolations);
      const chains = [...after.chains].filter(
        ([name, text]) => !chainsOf(address).includes(name) && kernel?.chains.get(name) !== text,
      );
      const sets = [...after.sets].filter(([name, text]) =>
        letsInMore(kernel?.sets.get(name), text),
      );
      const shared = {
        chains: chains.map(([name]) => name),
        sets: sets.map(([name]) => name),
        pods: [],
      };
      const own = {
        chains: chainsOf(address).filter(
          (name) => after.chains.has(name) || !kernel || kernel.chains.has(name),
        ),
        sets: [],
        pods: [address],
      };
      const change = joined(own, shared);
      const text = transaction(change, after, { before: kernel });
      adding.set(address, { own, shared, after });
      loading?.beside.push(shared);
      note(change);
      return text;
    },
    ended(address, well) {
      const added = adding.get(address);
      if (!added) return false;
      adding.delete(address);
      note(added.shared);
      note(added.own, well ? added.after : undefined);
      return true;
    },
  };
}
