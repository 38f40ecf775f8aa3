import { randomFillSync } from "node:crypto";

/** What ids are made of besides the table's number. */
export interface IdSources {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Fills the bytes with random ones. */
  readonly fillRandom: (bytes: Uint8Array) => void;
}

/** Makes the ids of new documents. Those of one generator only grow, table by table. */
export type IdGenerator = (tableNumber: number) => string;

/** Ids that one millisecond has room for before the next one is borrowed. */
const COUNTER_END = 0x4_0000;

/**
 * A generator of UUIDv7s with a counter, method 1 of RFC 9562, 6.2: 18 bits that start at random
 * in each millisecond, in their lower half, and grow by one from id to id. A clock that is set back
 * does not take the ids with it.
 */
export function createIdGenerator(sources: IdSources = systemSources): IdGenerator {
  const random = new Uint8Array(8);
  let time = 0;
  let counter = 0;
  return (tableNumber) => {
    sources.fillRandom(random);
    const now = sources.now();
    if (now > time) {
      time = now;
      counter = ((random[6] ?? 0) << 9) | ((random[7] ?? 0) << 1);
    } else if (++counter === COUNTER_END) {
      time += 1;
      counter = 0;
    }
    const millis = time.toString(16).padStart(12, "0");
    const table = tableNumber.toString(16).padStart(3, "0");
    const high = (0x8000 | (counter >>> 4)).toString(16);
    const low = (((counter & 0xf) << 4) | ((random[0] ?? 0) & 0xf)).toString(16).padStart(2, "0");
    let tail = low;
    for (let index = 1; index < 6; index += 1) tail += hex[random[index] ?? 0];
    return `${millis.slice(0, 8)}-${millis.slice(8)}-7${table}-${high}-${tail}`;
  };
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

const POOL_BYTES = 4096;

/** Random bytes are asked for by the page: a call for eight costs as much. */
function pooledRandom(): IdSources["fillRandom"] {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return (bytes) => {
    if (used + bytes.length > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    bytes.set(pool.subarray(used, used + bytes.length));
    used += bytes.length;
  };
}

const systemSources: IdSources = { now: Date.now, fillRandom: pooledRandom() };
