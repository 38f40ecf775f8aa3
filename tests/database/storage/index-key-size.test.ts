import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Manifest } from "../../../compiler/model/manifest.js";
import type { TypeFact } from "../../../compiler/model/type-fact.js";
import { ConvoyError } from "../../../protocol/errors.js";
import { manifestTable } from "../support/one-table.js";
import { propertyRuns } from "../support/property-runs.js";
import { testId } from "../support/test-ids.js";
import { openTestTables, storagesOf, type TestTables } from "../support/test-tables.js";

let tables: TestTables;

beforeAll(async () => {
  tables = await openTestTables();
  await tables.create(manifest);
});

afterAll(async () => {
  await tables[Symbol.asyncDispose]();
});

const types: Readonly<Record<string, TypeFact>> = {
  text: { kind: "string" },
  number: { kind: "number" },
  boolean: { kind: "boolean" },
  bigint: { kind: "bigint" },
  bytes: { kind: "bytes" },
  date: { kind: "date" },
};

/** Fifteen fields, as many as fit, in an order that aligns badly; a third may be null and absent. */
const names = Object.keys(types).flatMap((kind) => [`${kind}1`, `${kind}2`]);
const manifest: Manifest = {
  version: 1,
  tables: [
    manifestTable({
      fields: Object.fromEntries(
        names.map((name, at) => {
          const type = types[name.slice(0, -1)] ?? expect.fail();
          const nullable: TypeFact = { kind: "union", members: [type, { kind: "null" }] };
          return at % 3 === 0 ? [`${name}?`, nullable] : [name, type];
        }),
      ),
      indexes: { by_all: names },
    }),
  ],
  types: {},
  functions: [],
};

const size = fc.oneof(fc.nat(40), fc.nat(1400));
const sizes = fc.record({
  text1: size,
  text2: size,
  bytes1: size,
  bytes2: size,
  bigint1: size,
  bigint2: size,
  seed: fc.nat(),
});

test("a key that is not refused fits into an index, however badly it compresses", async () => {
  const [storage] = storagesOf(manifest);
  if (storage === undefined) return expect.fail();
  let count = 0;
  let fitting = 0;
  await fc.assert(
    fc.asyncProperty(sizes, async (given) => {
      const random = randomBytes(given.seed, 4000);
      const text = random.toString("latin1").replaceAll("\0", "0");
      const document = {
        text1: text.slice(0, given.text1),
        text2: text.slice(2000, 2000 + given.text2),
        bytes1: new Uint8Array(random.subarray(0, given.bytes1)),
        bytes2: new Uint8Array(random.subarray(2000, 2000 + given.bytes2)),
        bigint1: BigInt(`0x1${random.subarray(0, given.bigint1 / 2).toString("hex")}`),
        bigint2: BigInt(`0x1${random.subarray(2000, 2000 + given.bigint2 / 2).toString("hex")}`),
        number1: 1.1,
        number2: 2,
        boolean1: true,
        boolean2: false,
        date1: new Date(0),
        date2: new Date(1),
      };
      try {
        storage.encode(document);
      } catch (error) {
        if (error instanceof ConvoyError && error.code === "index-key-too-long") return;
        throw error;
      }
      fitting += 1;
      await tables.insert(storage, new Map([[testId(1, 1, BigInt(count++)), document]]));
    }),
    propertyRuns(200),
  );
  expect(fitting).toBeGreaterThan(0);
});

/** Bytes that do not compress, the same for the same seed. */
function randomBytes(seed: number, length: number): Buffer {
  return createHash("shake256", { outputLength: length }).update(String(seed)).digest();
}
