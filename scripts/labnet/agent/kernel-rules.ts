import type { Exec } from '../plan/exec.ts';
import type { Isolation } from '../policy/isolation.ts';
import { rendered, replaceAll, replacePods, type Rendered } from '../policy/nft.ts';
import { table } from '../policy/nft-words.ts';

/** The policy rules of this node in the kernel, and what is known of them. */
export interface KernelRules {
  /** Puts exactly these in force. @returns whether anything had to be changed. @throws Error with nft's own words. */
  load: (isolations: readonly Isolation[]) => Promise<boolean>;
  /** Does the kernel have, or may it have, rules for this address? */
  has: (address: string) => boolean;
  /**
   * The text for nft by which an ADD isolates its pod. Until `ended`, the address is the ADD's own, and `load` leaves it
   * alone.
   */
  begin: (address: string, isolations: readonly Isolation[]) => string;
  /** The ADD is over. Whether it put its rules in force is not known: the next `load` does it again. */
  ended: (address: string) => boolean;
}

export function kernelRules(exec: Exec): KernelRules {
  /** What was loaded last; undefined when it is not known. */
  let kernel: Rendered | undefined;
  /** Addresses whose ADD is under way. */
  const adding = new Set<string>();
  /** Addresses of which the kernel may have something else than was loaded last. */
  let unsure = new Set<string>();

  async function nft(text: string): Promise<void> {
    const { code, stderr } = await exec(['nft', '-f', '-'], text);
    if (code === 0) return;
    kernel = undefined;
    throw new Error(stderr.trim());
  }

  async function loadAll(isolations: readonly Isolation[], wanted: Rendered): Promise<boolean> {
    const { code, stdout } = await exec(['nft', '-t', 'list', 'table', ...table.split(' ')]);
    const work = isolations.length > 0 || code === 0;
    unsure = new Set();
    if (work) await nft(replaceAll(isolations, code === 0 ? stdout : ''));
    kernel = wanted;
    return work;
  }

  return {
    async load(isolations) {
      const wanted = rendered(isolations);
      if (!kernel) return loadAll(isolations, wanted);
      const { pods, sets } = kernel;
      const all = new Set([...pods.keys(), ...wanted.pods.keys(), ...unsure]);
      const changed = [...all].filter(
        (one) => !adding.has(one) && (unsure.has(one) || pods.get(one) !== wanted.pods.get(one)),
      );
      if (changed.length === 0) return false;
      const own = new Set(changed);
      // The chain of a pod that is being added may still refer to any set.
      const kept = adding.size > 0 ? sets : new Set<string>();
      const stale = [...sets].filter((one) => !kept.has(one) && !wanted.sets.has(one));
      unsure = new Set([...unsure].filter((one) => !own.has(one)));
      await nft(
        replacePods(
          changed,
          isolations.filter(({ address }) => own.has(address)),
          { stale },
        ),
      );
      const others = [...pods].filter(([address]) => !own.has(address));
      const mine = [...wanted.pods].filter(([address]) => own.has(address));
      kernel = { pods: new Map([...others, ...mine]), sets: new Set([...kept, ...wanted.sets]) };
      return true;
    },
    has: (address) =>
      kernel?.pods.has(address) === true || unsure.has(address) || adding.has(address),
    begin(address, isolations) {
      adding.add(address);
      if (kernel) {
        kernel = { ...kernel, sets: new Set([...kernel.sets, ...rendered(isolations).sets]) };
      }
      return replacePods([address], isolations);
    },
    ended(address) {
      if (!adding.delete(address)) return false;
      unsure.add(address);
      return true;
    },
  };
}
