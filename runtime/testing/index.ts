import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Manifest } from "../../compiler/model/manifest.js";
import { ConvoyError } from "../../protocol/errors.js";
import {
  type ArgsTuple,
  type FunctionKind,
  type FunctionReference,
  type FunctionVisibility,
  getFunctionName,
  type ResultOf,
} from "../../protocol/function-reference.js";
import { decodeWire } from "../../protocol/wire-value.js";
import type { FunctionRegistry } from "../functions/run/registry.js";
import { syncSchema } from "../postgres/apply/sync-schema.js";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../postgres/embedded/start.js";
import {
  createDatabaseFromTemplate,
  createTemplate,
} from "../postgres/embedded/template-database.js";
import { systemSteps } from "../postgres/schema/system-schema.js";
import { changeFunction } from "../postgres/schema/change-triggers.js";
import type { SchemaDefinition } from "../schema/schema.js";
import { type Backend, openBackend } from "../server/backend.js";

/** What `_generated/functions.ts` exports. */
export interface ProjectModule {
  readonly functions: FunctionRegistry;
  readonly schema: SchemaDefinition;
}

export interface TestOptions {
  /** The folder that holds `convoy/`. Default: the current one. */
  readonly root?: string;
  /**
   * A server whose user may create databases. Default: `CONVOY_TEST_DATABASE_URL`, or else an
   * embedded one in `.convoy/test-postgres`.
   */
  readonly serverUrl?: string;
}

/** Calls a function of one kind, public or internal. */
export type Call<Kind extends FunctionKind> = <
  Reference extends FunctionReference<Kind, FunctionVisibility>,
>(
  reference: Reference,
  ...args: ArgsTuple<Reference>
) => Promise<ResultOf<Reference>>;

/** A project on a database of its own, which goes with it. */
export interface TestProject extends AsyncDisposable {
  readonly query: Call<"query">;
  readonly mutation: Call<"mutation">;
  readonly action: Call<"action">;
  /** For a look at the tables with SQL. */
  readonly databaseUrl: string;
}

/**
 * A project's functions on an empty database: for tests, in vitest, `node:test` or any other runner.
 * Arguments and results go the way they go between a client and a server.
 *
 * @param project the module `convoy/_generated/functions`.
 * @throws {ConvoyError} where the generated code cannot be read, or no Postgres can be had.
 *
 * @example
 * import * as project from "../convoy/_generated/functions";
 *
 * test("a project is listed", async () => {
 *   await using convoy = await testProject(project);
 *   const userId = await convoy.mutation(api.users.signIn, { deviceId: "d1" });
 *   expect(await convoy.query(api.projects.listProjects, { userId })).toEqual([]);
 * });
 */
export async function testProject(
  project: ProjectModule,
  options: TestOptions = {},
): Promise<TestProject> {
  const root = path.resolve(options.root ?? ".");
  const text = await readManifest(path.join(root, "convoy", "_generated", "manifest.json"));
  const manifest = JSON.parse(text) as Manifest;
  const opened: AsyncDisposable[] = [];
  const open = <Resource extends AsyncDisposable>(resource: Resource): Resource => {
    opened.push(resource);
    return resource;
  };
  const close = async () => {
    for (let last = opened.pop(); last !== undefined; last = opened.pop()) {
      await last[Symbol.asyncDispose]();
    }
  };
  try {
    const url = options.serverUrl || process.env["CONVOY_TEST_DATABASE_URL"];
    const serverUrl = url || open(await startTestServer(root)).url;
    const template = `convoy_test_${hashOf(text)}`;
    await createTemplate(serverUrl, template, async (templateUrl) => {
      await syncSchema({ url: templateUrl, manifest });
    });
    const database = open(await createDatabaseFromTemplate(serverUrl, template));
    const { functions, schema } = project;
    const code = { manifest, functions, schema };
    const databaseUrl = database.url;
    const backend = open(await openBackend({ databaseUrl, code, maxConnections: 4 }));
    return testCalls(backend, databaseUrl, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** What sync makes of a manifest is another thing with another version of Convoy. */
function hashOf(manifest: string): string {
  const noKeys = { columns: [], hash: 0 };
  const { source } = changeFunction(0, noKeys);
  const hash = createHash("sha256").update(JSON.stringify([manifest, systemSteps, source]));
  return hash.digest("hex").slice(0, 16);
}

/** Shared by all that test the project at the same time. */
async function startTestServer(root: string): Promise<EmbeddedPostgres> {
  return await startEmbeddedPostgres({
    dataDir: path.join(root, ".convoy", "test-postgres"),
    // What tests write need not outlive the machine.
    settings: { fsync: "off", full_page_writes: "off" },
  });
}

function testCalls(backend: Backend, databaseUrl: string, close: () => Promise<void>): TestProject {
  const call =
    (kind: FunctionKind) =>
    async (reference: FunctionReference, args: unknown): Promise<unknown> => {
      const name = getFunctionName(reference);
      return decodeWire(JSON.parse(await backend.run({ kind, name, args, internal: true })));
    };
  return {
    query: call("query") as Call<"query">,
    mutation: call("mutation") as Call<"mutation">,
    action: call("action") as Call<"action">,
    databaseUrl,
    [Symbol.asyncDispose]: close,
  };
}

async function readManifest(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new ConvoyError(
      "manifest-unreadable",
      `${file} cannot be read. Run \`convoy codegen\`, or pass the folder that holds convoy/ as \`root\`.`,
      { cause },
    );
  }
}
