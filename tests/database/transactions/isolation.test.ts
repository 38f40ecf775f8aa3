import { afterAll, beforeAll, expect, test } from "vitest";
import type { MutationOptions } from "../../../runtime/database/transactions/mutation-options.js";
import { runMutation } from "../../../runtime/database/transactions/mutation.js";
import type { WriteSession } from "../../../runtime/database/session/session.js";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import { createPool, type Pool } from "../../../runtime/postgres/pool/pool.js";
import { seededRandom } from "../../support/random.js";
import { countedTiming, databaseWith, execute, jsonCodec } from "./database.js";
import { type AnomalyKind, anomaliesOf, type Transaction } from "./history.js";
import { listsSql, readList, Recorder } from "./lists.js";
import { Schedule } from "./schedule.js";

type Isolation = NonNullable<MutationOptions<unknown>["isolation"]>;
/** One step of a transaction: its name in the schedule, and what it does. */
type Step = readonly [name: string, work: (session: WriteSession, memory: Memory) => Promise<void>];

interface Memory {
  readonly recorder: Recorder;
  /** What was read, by list. */
  readonly seen: Map<string, readonly number[]>;
}

let database: OwnDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await databaseWith(listsSql);
  pool = createPool({ url: database.url, max: 8 });
});

afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** Both read the list, and both write what they have read and a value more. */
for (const list of ["row", "range"])
  scenario(`a lost update of a ${list}`, {
    order: ["a:read", "b:read", "a:write", "a:commit", "b:write", "b:commit"],
    a: [readStep(list), writeStep(list, 1)],
    b: [readStep(list), writeStep(list, 2)],
    lists: [list],
    // Rows of a range do not hide one another: both are there, and neither has read the other.
    off: list === "row" ? { "read committed": "lost-update" } : { "repeatable read": "G-single" },
  });

for (const kind of ["row", "range"])
  scenario(`a write skew over two ${kind}s`, {
    order: ["a:read", "b:read", "a:write", "b:write", "a:commit", "b:commit"],
    a: [readStep(`${kind} x`, `${kind} y`), writeStep(`${kind} y`, 1)],
    b: [readStep(`${kind} x`, `${kind} y`), writeStep(`${kind} x`, 2)],
    lists: [`${kind} x`, `${kind} y`],
    off: { "repeatable read": "G2-item" },
  });

scenario("a phantom in a range that was empty", {
  order: ["a:read", "b:read", "a:write", "a:commit", "b:write", "b:commit"],
  a: [readStep("range empty", "row z"), writeStep("row z", 1)],
  b: [readStep("row z", "range empty"), writeStep("range empty", 2)],
  lists: ["range empty", "row z"],
  off: { "repeatable read": "G2-item" },
});

scenario("a read skew", {
  order: ["a:read", "b:read", "b:write", "b:more", "b:commit", "a:again", "a:commit"],
  a: [readStep("row x"), ["again", readStep("row y")[1]]],
  b: [readStep("row x", "row y"), writeStep("row x", 1), ["more", writeStep("row y", 2)[1]]],
  lists: ["row x", "row y"],
  off: { "read committed": "G-single" },
});

test("a transaction reads its own writes, in rows and ranges", async () => {
  await clear(["row x"]);
  const recorder = new Recorder();
  await runMutation(
    pool,
    async (session) => {
      for (const list of ["row x", "range x"]) {
        await recorder.append(session, list, list.length);
        await recorder.append(session, list, 100 + list.length);
        await recorder.read(session, list);
      }
    },
    { codec: jsonCodec },
  );
  expect(recorder.operations.at(-1)).toMatchObject({ values: [7, 107] });
  expect(
    anomaliesOf({
      committed: [{ name: "a", operations: recorder.operations }],
      aborted: [],
      final: await finalLists(["row x", "range x"]),
    }),
  ).toEqual([]);
});

test("random transactions are serializable", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  // oxlint-disable-next-line no-console -- the seed replays a failing run
  console.info(`seed ${seed}`);
  const lists = ["row a", "row b", "range a", "range b", "range c"];
  await clear(lists);
  const committed: Transaction[] = [];
  const aborted: number[] = [];
  let value = 0;
  const worker = async (number: number): Promise<void> => {
    const random = seededRandom(seed + number);
    for (let round = 0; round < 30; round++) {
      const plan = Array.from({ length: 1 + random.integer(3) }, () => ({
        list: random.pick(lists),
        append: random.chance(0.5),
      }));
      const rollsBack = random.chance(0.1);
      let recorder = new Recorder();
      const run = runMutation(
        pool,
        async (session) => {
          recorder = new Recorder();
          for (const { list, append } of plan)
            if (append) await recorder.append(session, list, value++);
            else await recorder.read(session, list);
          if (rollsBack) throw new RolledBack();
        },
        { codec: jsonCodec },
      );
      try {
        await run;
        committed.push({ name: `${number}.${round}`, operations: recorder.operations });
      } catch (error) {
        if (!(error instanceof RolledBack)) throw error;
        for (const operation of recorder.operations)
          if (operation.kind === "append") aborted.push(operation.value);
      }
    }
  };
  await Promise.all([1, 2, 3, 4, 5, 6].map(worker));
  expect(committed.length).toBeGreaterThan(100);
  expect(
    anomaliesOf({ committed, aborted, final: await finalLists(lists) }),
    `seed ${seed}`,
  ).toEqual([]);
});

class RolledBack extends Error {}

interface Scenario {
  readonly order: readonly string[];
  readonly a: readonly Step[];
  readonly b: readonly Step[];
  readonly lists: readonly string[];
  /** What the checker finds when a mutation is less isolated. */
  readonly off: Partial<Record<Isolation, AnomalyKind>>;
}

/** The protection holds; and without it, the checker finds what it protects from. */
function scenario(name: string, description: Scenario): void {
  test(`${name} does not happen`, async () => {
    expect(await play(description, "serializable")).toEqual([]);
  });
  for (const [isolation, kind] of Object.entries(description.off))
    test(`the checker finds ${name} under ${isolation}`, async () => {
      const found = await play(description, isolation as Isolation);
      expect(found.map((anomaly) => anomaly.kind)).toContain(kind);
    });
}

async function play(
  { order, a, b, lists }: Scenario,
  isolation: Isolation,
): Promise<ReturnType<typeof anomaliesOf>> {
  await clear(lists);
  const schedule = new Schedule(order);
  const committed = await Promise.all([
    actor(schedule, "a", a, isolation),
    actor(schedule, "b", b, isolation),
  ]);
  return anomaliesOf({ committed, aborted: [], final: await finalLists(lists) });
}

async function actor(
  schedule: Schedule,
  name: string,
  steps: readonly Step[],
  isolation: Isolation,
): Promise<Transaction> {
  let memory: Memory = { recorder: new Recorder(), seen: new Map() };
  let attempts = 0;
  try {
    await runMutation(
      pool,
      async (session) => {
        memory = { recorder: new Recorder(), seen: new Map() };
        if (++attempts > 1) {
          schedule.done(...schedule.stepsOf(name));
          for (const [, work] of steps) await work(session, memory);
          return;
        }
        for (const [step, work] of steps)
          await schedule.take(`${name}:${step}`, () => work(session, memory));
        await schedule.reach(`${name}:commit`);
      },
      { codec: jsonCodec, isolation, timing: countedTiming() },
    );
  } finally {
    schedule.done(...schedule.stepsOf(name));
  }
  return { name, operations: memory.recorder.operations };
}

function readStep(...lists: readonly string[]): Step {
  return [
    "read",
    async (session, { recorder, seen }) => {
      for (const list of lists) seen.set(list, await recorder.read(session, list));
    },
  ];
}

function writeStep(list: string, value: number): Step {
  return [
    "write",
    (session, { recorder, seen }) => recorder.write(session, list, seen.get(list) ?? [], value),
  ];
}

/** Empty lists; those that are rows are there. */
async function clear(lists: readonly string[]): Promise<void> {
  const names = lists.map((list) => `('${list}', '{"values": []}')`).join(", ");
  await execute(
    database.url,
    `truncate lists, items; insert into lists values ${names}; analyze lists, items`,
  );
}

async function finalLists(lists: readonly string[]): Promise<Map<string, number[]>> {
  return await runMutation<Map<string, number[]>>(
    pool,
    async (session) => {
      const found = new Map<string, number[]>();
      for (const list of lists) found.set(list, await readList(session, list));
      return found;
    },
    { codec: jsonCodec },
  );
}
