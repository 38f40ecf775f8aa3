import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ConvoyError } from "../../../protocol/errors.js";
import { AheadStatements } from "../../../runtime/database/session/ahead.js";
import type { WriteSession } from "../../../runtime/database/session/session.js";
import { runMutation } from "../../../runtime/database/transactions/mutation.js";
import type { MutationOptions } from "../../../runtime/database/transactions/mutation-options.js";
import type { OwnDatabase } from "../../../runtime/postgres/embedded/template-database.js";
import type { Connection } from "../../../runtime/postgres/pool/connection.js";
import { createPool, type Pool } from "../../../runtime/postgres/pool/pool.js";
import { type Proxy, startProxy } from "../../postgres/pool/proxy.js";
import { countedTiming, databaseWith, execute, jsonCodec, rows, statement } from "./database.js";

let database: OwnDatabase;
let proxy: Proxy;
let pool: Pool;
const id = { clientId: "client", mutationId: "1" };
const options: MutationOptions<unknown> = { codec: jsonCodec, timing: countedTiming() };

beforeAll(async () => {
  // The constraint stands for whatever people add to a table that Convoy knows nothing of.
  database = await databaseWith(
    `create table notes (text text not null constraint short check (length(text) < 10));
     create table counters (value int not null)`,
  );
  proxy = await startProxy(database.url);
  pool = createPool({ url: proxy.url, max: 1 });
});

beforeEach(async () => {
  await execute(
    database.url,
    "truncate notes, counters, _convoy.mutations; insert into counters values (0)",
  );
});

afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const write = (session: WriteSession, text: string): Promise<void> =>
  session.runAhead(statement("insert into notes (text) values ($1)"), [text]);

async function stored(): Promise<unknown[]> {
  return (await execute(database.url, "select text from notes order by text")).flat();
}

test("writes, ledger and COMMIT leave before anything is answered, and are applied once", async () => {
  let runs = 0;
  const work = async (session: WriteSession): Promise<number> => {
    const run = ++runs;
    await write(session, "a");
    await write(session, "b");
    return run;
  };
  expect(await runMutation(pool, work, options)).toBe(1);
  const sent = proxy.holdRequests("convoy_commit");
  const run = runMutation(pool, work, { ...options, id });
  await sent;
  expect(runs).toBe(2);
  expect(await stored()).toEqual(["a", "b"]);
  proxy.deliverRequests();
  expect(await run).toBe(2);
  expect(await runMutation(pool, work, { ...options, id })).toBe(2);
  expect(await stored()).toEqual(["a", "a", "b", "b"]);
});

test("a connection that is lost with all of it is told as an unknown outcome, or is no matter", async () => {
  const work = async (session: WriteSession): Promise<string> => {
    await write(session, "a");
    return "written";
  };
  for (const [more, outcome] of [
    [{}, { code: "mutation-outcome-unknown" }],
    [{ id }, "written"],
  ] as const) {
    // On the connection that is to be lost.
    await runMutation(pool, work, options);
    const sent = proxy.holdRequests("convoy_commit");
    const run = runMutation(pool, work, { ...options, ...more });
    const ended = run.catch((error: unknown) => ({ code: (error as ConvoyError).code }));
    await sent;
    proxy.cutServers();
    expect(await ended).toEqual(outcome);
  }
  expect(await stored()).toEqual(["a", "a", "a"]);
});

test("what was written ahead is read behind it", async () => {
  const found = await runMutation(
    pool,
    async (session) => {
      await write(session, "a");
      return await rows(session, "select text from notes");
    },
    options,
  );
  expect(found).toEqual([["a"]]);
});

test("a handler is told of a write that is refused where it has written", async () => {
  for (const more of [{}, { id }]) {
    let runs = 0;
    const work = async (session: WriteSession): Promise<string> => {
      runs++;
      await write(session, "fine");
      await write(session, "much too long").catch((cause: unknown) => {
        throw new ConvoyError("mine", "Mine.", { cause });
      });
      return "written";
    };
    await expect(runMutation(pool, work, { ...options, ...more })).rejects.toMatchObject({
      code: "mine",
      cause: { code: "constraint-violation" },
    });
    expect(runs).toBe(2);
  }
  expect(await stored()).toEqual([]);
  // Nothing was noted of the mutation, so it may be sent again.
  expect(await runMutation(pool, () => "new", { ...options, id })).toBe("new");
});

test("a refused write fails a mutation that pays no heed", async () => {
  const work = async (session: WriteSession): Promise<void> => {
    void write(session, "much too long").catch(() => {});
    await write(session, "fine").catch(() => {});
  };
  await expect(runMutation(pool, work, options)).rejects.toMatchObject({
    code: "constraint-violation",
  });
  expect(await stored()).toEqual([]);
});

test("a part is not undone by halves", async () => {
  const work = async (session: WriteSession): Promise<unknown> => {
    await write(session, "before");
    const inner = session.nested(async (part) => {
      await write(part, "inside");
      await write(part, "much too long");
    });
    const code = await inner.catch((error: unknown) => (error as ConvoyError).code);
    await write(session, "after");
    return code;
  };
  expect(await runMutation(pool, work, options)).toBe("constraint-violation");
  expect(await stored()).toEqual(["after", "before"]);
});

test("a conflict that is known only at COMMIT runs the mutation again", async () => {
  let runs = 0;
  const work = async (session: WriteSession): Promise<void> => {
    const [row] = await rows(session, "select value from counters");
    if (++runs === 1) await runMutation(other, increment, options);
    await write(session, String(row?.[0]));
  };
  // It reads what the first writes, and the first what it writes: one of them must give way.
  const increment = async (session: WriteSession): Promise<void> => {
    await rows(session, "select text from notes");
    await rows(session, "update counters set value = value + 1");
  };
  await using other = createPool({ url: database.url });
  await runMutation(pool, work, options);
  expect(runs).toBe(2);
  expect(await stored()).toEqual(["1"]);
});

test("a write that has waited too long is not tried again", async () => {
  await using impatient = createPool({ url: database.url, statementTimeoutMs: 50 });
  await using other = createPool({ url: database.url });
  let runs = 0;
  await runMutation(
    other,
    async (holder) => {
      await holder.runRaw("lock table notes", []);
      const work = async (session: WriteSession): Promise<void> => {
        runs++;
        await write(session, "a");
      };
      await expect(runMutation(impatient, work, options)).rejects.toMatchObject({
        code: "statement-timeout",
      });
      await expect(runMutation(impatient, work, { ...options, id })).rejects.toMatchObject({
        code: "statement-timeout",
      });
    },
    options,
  );
  expect(runs).toBe(2);
  expect(await stored()).toEqual([]);
});

test("a mutation whose earlier attempt does not end writes nothing ahead of it", async () => {
  await using impatient = createPool({ url: database.url, statementTimeoutMs: 50 });
  await using other = createPool({ url: database.url });
  const first = runMutation(
    other,
    async (session) => {
      await rows(session, "select value from counters");
      const second = runMutation(impatient, (again) => write(again, "second"), { ...options, id });
      await expect(second).rejects.toMatchObject({ code: "mutation-in-progress" });
      await write(session, "first");
      return "first";
    },
    { ...options, id },
  );
  expect(await first).toBe("first");
  expect(await stored()).toEqual(["first"]);
});

test("only so much is on its way without an answer", async () => {
  const answers: (() => void)[] = [];
  const connection = {
    runAhead: () => new Promise<void>((resolve) => answers.push(resolve)),
  } as unknown as Connection;
  const ahead = new AheadStatements(connection, () => Promise.resolve());
  const send = (length: number): Promise<void> | null =>
    ahead.send(statement("insert"), ["x".repeat(length), null, ["y"]]);
  for (let sent = 0; sent < 100; sent++) expect(send(10)).toBeNull();
  const waits = send(10);
  expect(waits).not.toBeNull();
  for (const answer of answers.splice(0)) answer();
  await waits;
  expect(send(10)).toBeNull();
  expect(send(300_000)).not.toBeNull();
});
