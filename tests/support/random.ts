/** A small seeded generator of random numbers (mulberry32): the same seed, the same numbers. */
export interface Random {
  /** A whole number from 0 up to, but not including, `below`. */
  integer(below: number): number;
  /** Whether an event of this probability happens. */
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** `count` different items, in their order. */
  sample<Item>(items: readonly Item[], count: number): Item[];
}

export function seededRandom(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (below: number): number => Math.floor(next() * below);
  return {
    integer,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[integer(items.length)];
      if (item === undefined) throw new Error("There is nothing to pick from.");
      return item;
    },
    sample: (items, count) => {
      let needed = Math.min(count, items.length);
      return items.filter((_item, position) => {
        const taken = integer(items.length - position) < needed;
        if (taken) needed -= 1;
        return taken;
      });
    },
  };
}
