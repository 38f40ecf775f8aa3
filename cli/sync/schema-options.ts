import path from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { projectLayout } from "../../compiler/project/layout.js";
import type { SchemaOptions } from "../../runtime/postgres/apply/sync-schema.js";
import { findDatabase, type MayMake, type ProjectDatabase } from "../database/find-database.js";
import type { Environment } from "../environment.js";
import { readManifest } from "../read-manifest.js";

/** What `convoy plan` and `convoy deploy` both take. */
export interface SchemaArguments {
  readonly root: string;
  readonly allowDrop: readonly string[];
  readonly rename: readonly { readonly from: string; readonly to: string }[];
}

export function addSchemaOptions(command: Command): Command {
  const list = (value: string, before: readonly string[]) => [
    ...before,
    ...value
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  ];
  const rename = (value: string, before: SchemaArguments["rename"]) => {
    const [from, to, more] = value.split(":");
    if (!from || !to || more !== undefined) {
      throw new InvalidArgumentError("Write the old name, a colon, and the new name.");
    }
    return [...before, { from, to }];
  };
  return command
    .option("--root <dir>", "the folder that holds convoy/", ".")
    .option("--allow-drop <tables>", "tables that may be dropped, with commas between", list, [])
    .option("--rename <old:new>", "a table that has another name now; may be repeated", rename, []);
}

/** The database of a project, and what it should be like. */
interface SchemaTarget extends SchemaOptions, AsyncDisposable {
  readonly database: ProjectDatabase;
}

/** @throws {ConvoyError} where there is no generated code, or no database that can be used. */
export async function readSchemaOptions(
  { root, allowDrop, rename }: SchemaArguments,
  { cwd, env }: Environment,
  mayMake: MayMake,
): Promise<SchemaTarget> {
  const layout = projectLayout(path.resolve(cwd, root));
  const manifest = await readManifest(layout);
  const database = await findDatabase(layout.root, env, mayMake);
  return {
    database,
    url: database.url,
    manifest,
    allowDrop,
    renames: rename,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
