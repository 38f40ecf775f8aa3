import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  creationTimeOf,
  isDocumentId,
  MAX_TABLE_NUMBER,
  tableNumberOf,
} from "../../../runtime/database/ids/document-id.js";
import { createIdGenerator } from "../../../runtime/database/ids/id-generator.js";
import { defineRef } from "../../../runtime/schema/ref.js";
import { propertyRuns } from "../support/property-runs.js";

const lastTime = 2 ** 48 - 1;
const time = fc.oneof(
  fc.constantFrom(1, 0xffff, 0x1_0000, 1_795_380_000_000, lastTime),
  fc.integer({ min: 1, max: lastTime }),
);
const tableNumber = fc.oneof(
  fc.constantFrom(1, 15, 16, 255, 256, MAX_TABLE_NUMBER),
  fc.integer({ min: 1, max: MAX_TABLE_NUMBER }),
);

/** Random bytes of one value: the counter starts as high or as low as it can. */
const fillWith = (byte: number) => (bytes: Uint8Array) => void bytes.fill(byte);

describe("an id", () => {
  test("says when it was made and of which table it is, and is one that a ref accepts", () => {
    fc.assert(
      fc.property(time, tableNumber, fc.nat(255), (now, number, byte) => {
        const id = createIdGenerator({ now: () => now, fillRandom: fillWith(byte) })(number);
        expect(isDocumentId(id)).toBe(true);
        expect(creationTimeOf(id)).toBe(now);
        expect(tableNumberOf(id)).toBe(number);
        expect(defineRef("users" as never).safeParse(id).success).toBe(true);
      }),
      propertyRuns(500),
    );
  });

  test("is what a ref accepts, and nothing else is", () => {
    const valid = createIdGenerator()(1);
    const edits = fc.record({
      at: fc.nat(valid.length - 1),
      letter: fc.constantFrom(..."0189abfgAF-_ \n\0".split("")),
    });
    const text = fc.oneof(
      edits.map(({ at, letter }) => valid.slice(0, at) + letter + valid.slice(at + 1)),
      fc.constantFrom(valid, `${valid}\n`, ` ${valid}`, valid.toUpperCase(), valid.slice(1), ""),
      fc.uuid(),
      fc.string(),
    );
    const ref = defineRef("users" as never);
    fc.assert(
      fc.property(text, (candidate) => {
        expect(isDocumentId(candidate)).toBe(ref.safeParse(candidate).success);
      }),
      propertyRuns(1000),
    );
    for (const other of [null, undefined, 1, {}, [valid], new String(valid)]) {
      expect(isDocumentId(other)).toBe(false);
    }
  });
});

describe("a generator of ids", () => {
  test("makes ids that only grow, table by table, whatever the clock does", () => {
    const steps = fc.array(fc.record({ now: time, number: tableNumber }), { maxLength: 50 });
    fc.assert(
      fc.property(steps, fc.nat(255), (calls, byte) => {
        let now = 0;
        const generate = createIdGenerator({ now: () => now, fillRandom: fillWith(byte) });
        const last = new Map<number, string>();
        let latest = 0;
        for (const call of calls) {
          now = call.now;
          const id = generate(call.number);
          expect(id > (last.get(call.number) ?? "")).toBe(true);
          latest = Math.max(latest, now);
          expect(creationTimeOf(id)).toBe(latest);
          last.set(call.number, id);
        }
      }),
      propertyRuns(300),
    );
  });

  test("borrows the next millisecond where one is full, and gives no id twice", () => {
    let now = 1_795_380_000_000;
    const generate = createIdGenerator({ now: () => now, fillRandom: fillWith(255) });
    const inOneMillisecond = 0x4_0000 - 0x1_fffe;
    let last = "";
    for (let made = 0; made < inOneMillisecond; made += 1) {
      const id = generate(1);
      if (id <= last) expect.fail(`${id} follows ${last}.`);
      last = id;
    }
    expect(creationTimeOf(last)).toBe(now);
    const borrowed = generate(1);
    expect(borrowed > last).toBe(true);
    expect(creationTimeOf(borrowed)).toBe(now + 1);
    now += 1;
    const own = generate(1);
    expect(own > borrowed).toBe(true);
    expect(creationTimeOf(own)).toBe(now);
  });

  test("gives as many ids of one millisecond as there may be documents at once", () => {
    const generate = createIdGenerator({ now: () => 5, fillRandom: fillWith(0) });
    let last = "";
    for (let made = 0; made < 0x4_0000; made += 1) last = generate(1);
    expect(creationTimeOf(last)).toBe(5);
    expect(creationTimeOf(generate(1))).toBe(6);
  });

  test("shares no id with others that run at the same time", () => {
    const generators = Array.from({ length: 20 }, () => {
      const generate = createIdGenerator();
      return () => generate(7);
    });
    const ids = Array.from({ length: 1000 }, () => generators.map((generate) => generate())).flat();
    expect(new Set(ids).size).toBe(ids.length);
  });
});
