import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { createApi, type FunctionReference } from "../../protocol/function-reference.js";
import { waitUntil } from "../postgres/embedded/wait-until.js";
import { builders } from "./support/notes-project.js";
import { startTestServer, type TestServer } from "./support/test-server.js";

const { query, mutation, action } = builders;
type Mutation = FunctionReference<"mutation", "public">;
type Action = FunctionReference<"action", "public">;
const { notes, taken, outside } = createApi<{
  readonly notes: { readonly add: Mutation };
  readonly taken: { readonly inner: Mutation };
  readonly outside: { readonly mutation: Action };
}>();

const bad = { title: 7 } as never;
const goneId = "01a2087a-70d9-7001-8950-a8392337dad0" as never;

/** What each does besides is lost with the call that fails, and that nobody awaits. */
const failing = {
  insert: mutation({
    handler: async (ctx) => {
      await ctx.db.insert("notes", { title: `beside ${Math.random()}` });
      void ctx.db.insert("notes", bad);
    },
  }),
  insertMany: mutation({
    handler: async (ctx) => {
      void ctx.db.insertMany("notes", [{ title: `beside ${Math.random()}` }, bad]);
      await ctx.db.insert("notes", { title: `beside ${Math.random()}` });
    },
  }),
  chain: mutation({
    handler: async (ctx) => {
      await ctx.db.insert("notes", { title: `beside ${Math.random()}` });
      void ctx.db
        .insert("notes", bad)
        .then((id) => id)
        .finally(() => {});
    },
  }),
  patch: mutation({
    handler: async (ctx) => {
      const id = await ctx.db.insert("notes", { title: `beside ${Math.random()}` });
      void ctx.db.patch(id, bad);
    },
  }),
  remove: mutation({
    handler: async (ctx) => {
      await ctx.db.insert("notes", { title: `beside ${Math.random()}` });
      void ctx.db.delete("notes", goneId);
    },
  }),
  sql: mutation({
    handler: async (ctx) => {
      await ctx.db.insert("notes", { title: `beside ${Math.random()}` });
      void ctx.db.sql`commit`;
    },
  }),
  inner: mutation({
    handler: async (ctx) => {
      await ctx.db.insert("notes", { title: `beside ${Math.random()}` });
      void ctx.runMutation(notes.add, { title: 7 });
    },
  }),
};

const functions = {
  ...Object.fromEntries(Object.entries(failing).map(([name, each]) => [`lost.${name}`, each])),
  "taken.patch": mutation({
    args: { title: z.string() },
    handler: async (ctx, { title }) => {
      const id = await ctx.db.insert("notes", { title: `${title}, before` });
      void ctx.db.patch(id, { title });
    },
  }),
  "taken.helper": mutation({
    args: { title: z.string() },
    handler: (ctx, { title }) => {
      const helper = async (): Promise<void> => {
        const id = await ctx.db.insert("notes", { title: `${title}, before` });
        const note = await ctx.db.get(id);
        await ctx.db.replace(id, { title: `${note?.title}, after` });
        await ctx.db.patch(id, { title });
      };
      void helper();
    },
  }),
  "taken.up": mutation({
    handler: async (ctx) => {
      const codes: unknown[] = [];
      const note = ({ code }: { readonly code?: string }): void => void codes.push(code);
      const later = ctx.db.insert("notes", bad);
      try {
        await ctx.db.insert("notes", bad);
      } catch (error) {
        note(error as object);
      }
      void ctx.db.insert("notes", bad).catch(note);
      void ctx.db.insert("notes", bad).then(() => {}, note);
      void ctx.db
        .insert("notes", bad)
        .finally(() => {})
        .then(() => {})
        .catch(note);
      await Promise.allSettled([ctx.db.insert("notes", bad), ctx.db.delete("notes", goneId)]);
      await ctx.db.insert("notes", { title: "taken up" });
      await later.catch(note);
      return codes;
    },
  }),
  /** The second call is open yet when the handler has caught the failure of the first, and returns. */
  "taken.all": mutation({
    handler: async (ctx) => {
      await ctx.db.insert("notes", { title: "beside all" });
      try {
        await Promise.all([
          ctx.runMutation(notes.add, { title: "beside all" }),
          ctx.runMutation(notes.add, { title: "beside all" }),
        ]);
        return "none";
      } catch (error) {
        return (error as { readonly code: string }).code;
      }
    },
  }),
  "taken.race": mutation({
    handler: async (ctx) => {
      await ctx.db.insert("notes", { title: "beside the race" });
      return await Promise.race([
        ctx.db.query("notes").count(),
        ctx.runMutation(notes.add, { title: "beside the race" }),
      ]).then(() => "first");
    },
  }),
  "taken.inner": mutation({
    handler: async (ctx) => {
      await ctx.db.insert("notes", { title: "of the inner one" });
      void ctx.db.insert("notes", bad);
    },
  }),
  "taken.outer": mutation({
    handler: async (ctx) => {
      await ctx.db.insert("notes", { title: "of the outer one" });
      return await ctx
        .runMutation(taken.inner, {})
        .catch((error: unknown) => (error as { readonly code: string }).code);
    },
  }),
  "reads.inner": query({
    handler: (ctx) => {
      void ctx.runQuery(notes.add as never, {} as never);
      return "read";
    },
  }),
  "notes.titles": query({
    handler: async (ctx) => (await ctx.db.query("notes").collect()).map(({ title }) => title),
  }),
};

/** What an action's mutations have written stays, whatever becomes of the action. */
const outsideFunctions = {
  "outside.mutation": action({
    handler: async (ctx) => {
      void ctx.runMutation(notes.add, { title: 7 });
      await ctx.runMutation(notes.add, { title: `stays ${Math.random()}` });
    },
  }),
  "outside.last": action({
    handler: (ctx) => {
      void ctx.runMutation(notes.add, { title: 7 });
      return "returned";
    },
  }),
  "outside.query": action({
    handler: (ctx) => void ctx.runQuery(notes.add as never, {} as never),
  }),
  "outside.action": action({ handler: (ctx) => void ctx.runAction(outside.mutation, {}) }),
  "outside.written": action({
    args: { title: z.string() },
    handler: (ctx, { title }) => void ctx.runMutation(notes.add, { title }),
  }),
  "outside.up": action({
    handler: async (ctx) => {
      const codes: unknown[] = [];
      const note = ({ code }: { readonly code?: string }): void => void codes.push(code);
      void ctx.runMutation(notes.add, { title: 7 }).catch(note);
      await Promise.allSettled([ctx.runMutation(notes.add, { title: 7 })]);
      await ctx.runMutation(notes.add, { title: 7 }).catch(note);
      return codes;
    },
  }),
  "outside.late": action({
    handler: (ctx) => {
      goOn = () => {
        void ctx.runMutation(notes.add, { title: 7 });
        void ctx.runMutation(notes.add, { title: 7 }).catch(() => {});
      };
    },
  }),
};

let goOn = (): void => {};
let server: TestServer;
const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);

beforeAll(async () => {
  server = await startTestServer({ functions: { ...functions, ...outsideFunctions } });
  process.on("unhandledRejection", note);
});

afterAll(async () => {
  process.off("unhandledRejection", note);
  await server[Symbol.asyncDispose]();
});

const titles = async () => (await server.post("/api/query/notes.titles")).json.value;

test.each([
  ["insert", "invalid-document"],
  ["insertMany", "invalid-document"],
  ["chain", "invalid-document"],
  ["patch", "invalid-document"],
  ["remove", "document-not-found"],
  ["sql", "sql-transaction-control"],
  ["inner", "invalid-arguments"],
])("a failing call that nobody awaits fails its mutation: %s", async (name, code) => {
  const before = await titles();
  const { json } = await server.post(`/api/mutation/lost.${name}`);
  expect(json).toMatchObject({ code });
  expect(await titles()).toEqual(before);
  expect(unhandled).toEqual([]);
});

test("a write that nobody awaits is of the mutation, also where it reads before it writes", async () => {
  const { status } = await server.post("/api/mutation/taken.patch", { title: "patched" });
  expect(status).toBe(200);
  expect(await titles()).toContain("patched");
});

test("writes one behind the other that nobody awaits are of the mutation, all of them", async () => {
  const { status } = await server.post("/api/mutation/taken.helper", { title: "helped" });
  expect(status).toBe(200);
  expect(await titles()).toContain("helped");
  expect(unhandled).toEqual([]);
});

test("a failure that the handler takes up is its own concern", async () => {
  const { json } = await server.post("/api/mutation/taken.up");
  expect(json.value).toEqual(Array.from({ length: 5 }, () => "invalid-document"));
  expect(await titles()).toContain("taken up");
  expect(unhandled).toEqual([]);
});

// Which is why a call that is open when the handler returns may fail, and its mutation does not for it:
// a helper that nobody waits for takes failures up in the same way, and cannot be told from these.
test.each([
  ["all", "unique-violation", "beside all"],
  ["race", "first", "beside the race"],
])(
  "a failure may come after the handler has gone on without it: %s",
  async (name, value, title) => {
    const { json } = await server.post(`/api/mutation/taken.${name}`);
    expect(json.value).toBe(value);
    expect(await titles()).toContain(title);
    expect(unhandled).toEqual([]);
  },
);

test("a failing call of an inner mutation that nobody awaits undoes that one alone", async () => {
  const { json } = await server.post("/api/mutation/taken.outer");
  expect(json.value).toBe("invalid-document");
  expect(await titles()).toContain("of the outer one");
  expect(await titles()).not.toContain("of the inner one");
});

test("a failing query that nobody awaits is not left to the process", async () => {
  const { json } = await server.post("/api/query/reads.inner");
  expect(json.value).toBe("read");
  expect(unhandled).toEqual([]);
});

test.each([
  ["mutation", "invalid-arguments"],
  ["last", "invalid-arguments"],
  ["query", "wrong-function-kind"],
  ["action", "invalid-arguments"],
])("a failing call that nobody awaits fails its action: %s", async (name, code) => {
  const answer = await server.post(`/api/action/outside.${name}`);
  expect(answer.json).toMatchObject({ code });
  expect(server.logs.of(answer)).toMatchObject({ function: `outside.${name}`, code });
  expect(unhandled).toEqual([]);
});

test("an action ends after the mutations that it does not await", async () => {
  await server.post("/api/action/outside.written", { title: "written from outside" });
  expect(await titles()).toContain("written from outside");
});

test("a failure that an action takes up is its own concern", async () => {
  const { json } = await server.post("/api/action/outside.up");
  expect(json.value).toEqual(["invalid-arguments", "invalid-arguments"]);
  expect(unhandled).toEqual([]);
});

test("a call that fails after its action has ended is logged, once, and nothing ends for it", async () => {
  expect((await server.post("/api/action/outside.late")).status).toBe(200);
  const before = server.logs.records().length;
  goOn();
  await waitUntil("it is logged", () => server.logs.records().length > before);
  await server.fetch("/healthz");
  expect(server.logs.records().slice(before)).toMatchObject([
    { kind: "action", function: "outside.late", code: "invalid-arguments" },
  ]);
  expect(unhandled).toEqual([]);
});
