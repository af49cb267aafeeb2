/** Random numbers that can be had again: the same seed gives the same sequence (mulberry32). */
export interface Random {
  /** From 0 to below 1. */
  next(): number;
  below(count: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** From `least` to `most` things. */
  list<T>(least: number, most: number, make: (place: number) => T): T[];
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    list: (least, most, make) =>
      Array.from({ length: least + below(most - least + 1) }, (_, place) => make(place)),
  };
}

/** LAB_SEED repeats a run that failed. */
export const seed = Number(process.env.LAB_SEED ?? 20261121);
