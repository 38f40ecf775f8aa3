import type { GenericDatabaseWriter } from "../../runtime/database/writer.js";
import type { Id } from "../../protocol/id.js";
import { built } from "./built.js";
import { applicationName, type CallingContender, type Operations } from "./contender.js";
import type { BenchDatabase } from "./database.js";
import type { Project } from "./schema.js";

const name = "convoy";

/** As `_generated/dataModel.ts` would have it. */
type Model = {
  readonly projects: {
    readonly document: Project & {
      readonly _id: Id<"projects">;
      readonly _creationTime: number;
    };
    readonly insert: Project;
    readonly fields: Project;
    readonly indexes: { readonly by_userId: readonly ["userId", "createdAt"] };
  };
};

const codec = {
  encode: (value: unknown): string => JSON.stringify(value) ?? "null",
  decode: (text: string): never => JSON.parse(text) as never,
};

/** What is measured: functions of Convoy, without their arguments and the network before them. */
export async function convoyContender(database: BenchDatabase): Promise<CallingContender> {
  const { createPool } = await built<typeof import("../../runtime/postgres/pool/pool.js")>(
    "runtime/postgres/pool/pool.js",
  );
  const { runQuery } = await built<typeof import("../../runtime/database/transactions/query.js")>(
    "runtime/database/transactions/query.js",
  );
  const { runMutation } = await built<
    typeof import("../../runtime/database/transactions/mutation.js")
  >("runtime/database/transactions/mutation.js");
  const { createReader } = await built<
    typeof import("../../runtime/database/reader/create-reader.js")
  >("runtime/database/reader/create-reader.js");
  const { createWriter } = await built<
    typeof import("../../runtime/database/writer/create-writer.js")
  >("runtime/database/writer/create-writer.js");

  const { model, newId } = database;
  const pool = createPool({ url: database.url, applicationName: applicationName({ name }) });
  return {
    name,
    async transaction(access, work) {
      if (access === "read") {
        await runQuery(pool, (session) =>
          work(operationsOn(createReader<Model>(session, model) as GenericDatabaseWriter<Model>)),
        );
      } else {
        await runMutation(
          pool,
          (session) => work(operationsOn(createWriter<Model>(session, model, newId))),
          { codec },
        );
      }
    },
    getCall: (id) =>
      runQuery(pool, (session) => createReader<Model>(session, model).get(id), { hint: "get" }),
    insertCall: (project) =>
      runMutation(
        pool,
        (session) => createWriter<Model>(session, model, newId).insert("projects", project),
        { codec, hint: "insert" },
      ),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

function operationsOn(db: GenericDatabaseWriter<Model>): Operations {
  return {
    get: (id) => db.get(id),
    latest: (userId) =>
      db
        .query("projects")
        .withIndex("by_userId", (q) => q.eq("userId", userId))
        .order("desc")
        .take(20),
    insert: (project) => db.insert("projects", project),
    patch: (id, fields) => db.patch(id, fields),
  };
}
