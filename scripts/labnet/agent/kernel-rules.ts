import type { Exec } from '../plan/exec.ts';
import type { Isolation } from '../policy/isolation.ts';
import { rendered, replaceAll, replacePods } from '../policy/nft.ts';
import { table } from '../policy/nft-words.ts';

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

interface Known {
  /** The chains of each address, as text. */
  pods: Map<string, string>;
  /** Names of sets; some may be gone. */
  sets: Set<string>;
}

export function kernelRules(exec: Exec): KernelRules {
  /** What the kernel has; undefined when it is not known. */
  let kernel: Known | undefined;
  /** Addresses of which the kernel may have something else. */
  const unsure = new Set<string>();
  /** What an ADD that is under way puts in force, by address; undefined when it may have been undone. */
  const adding = new Map<string, string | undefined>();
  /** The addresses that a `load` is changing now, and its end. */
  let loading: { addresses: ReadonlySet<string> | 'all'; end: Promise<unknown> } | undefined;

  async function change(addresses: ReadonlySet<string> | 'all', text: string): Promise<void> {
    const work = exec(['nft', '-f', '-'], text);
    loading = { addresses, end: work.catch(() => undefined) };
    try {
      const { code, stderr } = await work;
      if (code !== 0) throw new Error(stderr.trim());
    } catch (error) {
      kernel = undefined;
      throw error;
    } finally {
      loading = undefined;
    }
  }

  async function loadAll(isolations: readonly Isolation[]): Promise<boolean> {
    const { code, stdout } = await exec(['nft', '-t', 'list', 'table', ...table.split(' ')]);
    const work = isolations.length > 0 || code === 0;
    unsure.clear();
    for (const address of adding.keys()) adding.set(address, undefined);
    if (work) await change('all', replaceAll(isolations, code === 0 ? stdout : ''));
    const { pods, sets } = rendered(isolations);
    kernel = { pods: new Map(pods), sets: new Set(sets) };
    return work;
  }

  async function loadSome(known: Known, isolations: readonly Isolation[]): Promise<boolean> {
    const wanted = rendered(isolations);
    const all = new Set([...known.pods.keys(), ...wanted.pods.keys(), ...unsure]);
    const addresses = [...all].filter(
      (one) =>
        !adding.has(one) && (unsure.has(one) || known.pods.get(one) !== wanted.pods.get(one)),
    );
    if (addresses.length === 0) return false;
    const own = new Set(addresses);
    // The chain of a pod that is being added may still refer to any set.
    const stale = adding.size > 0 ? [] : [...known.sets].filter((one) => !wanted.sets.has(one));
    const items = isolations.filter(({ address }) => own.has(address));
    await change(own, replacePods(addresses, items, { stale }));
    for (const address of own) {
      unsure.delete(address);
      const text = wanted.pods.get(address);
      if (text === undefined) known.pods.delete(address);
      else known.pods.set(address, text);
    }
    for (const name of stale) known.sets.delete(name);
    for (const name of wanted.sets) known.sets.add(name);
    return true;
  }

  return {
    load: (isolations) => (kernel ? loadSome(kernel, isolations) : loadAll(isolations)),
    has: (address) =>
      kernel?.pods.has(address) === true || unsure.has(address) || adding.has(address),
    async free(address) {
      while (loading && (loading.addresses === 'all' || loading.addresses.has(address))) {
        await loading.end;
      }
    },
    begin(address, isolations) {
      const { pods, sets } = rendered(isolations);
      adding.set(address, pods.get(address) ?? '');
      for (const name of sets) kernel?.sets.add(name);
      return replacePods([address], isolations);
    },
    ended(address, well) {
      if (!adding.has(address)) return false;
      const text = adding.get(address);
      adding.delete(address);
      if (!well || text === undefined || !kernel) unsure.add(address);
      else if (text === '') kernel.pods.delete(address);
      else kernel.pods.set(address, text);
      return true;
    },
  };
}
