import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { type TempProject, tempProject } from "../support/temp-project.js";

/** A project on a clean checkout: nothing is generated, and `tspc` is to build it. */
export interface BuildProject extends TempProject {
  exists(file: string): boolean;
  /** Changes whenever somebody writes the file. */
  stamp(file: string): string;
  /** Replaces a text, which must be there, in a file. */
  replace(file: string, text: string, by: string): Promise<void>;
}

type Files = Readonly<Record<string, string>>;

/** The quickstart, with {@link client} beside it. */
export function quickstart(
  files: Files = {},
  options: { readonly drizzle?: boolean } = {},
): Promise<BuildProject> {
  return buildProject(
    ["convoy/_generated"],
    {
      "tsconfig.json": tsconfig({ compilerOptions: {} }),
      "src/main.ts": client,
      ...files,
    },
    options,
  );
}

export async function buildProject(
  without: readonly string[],
  files: Files,
  options: { readonly drizzle?: boolean } = {},
): Promise<BuildProject> {
  const project = await tempProject("quickstart", { without, files, ...options });
  return Object.assign(project, {
    exists: (file: string) => existsSync(path.join(project.root, file)),
    stamp: (file: string) => {
      const { ino, mtimeMs } = statSync(path.join(project.root, file));
      return `${ino} ${mtimeMs}`;
    },
    replace: async (file: string, text: string, by: string) => {
      const old = await project.read(file);
      if (!old.includes(text)) throw new Error(`${file} does not contain ${JSON.stringify(text)}.`);
      const changed = old.replace(text, () => by);
      await project.write(file, changed);
    },
  });
}

/** A tsconfig that runs the transformer and emits. */
export function tsconfig({
  compilerOptions,
  ...rest
}: {
  readonly compilerOptions: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
}): string {
  return JSON.stringify({
    compilerOptions: {
      target: "es2023",
      lib: ["es2023"],
      module: "esnext",
      moduleResolution: "bundler",
      strict: true,
      skipLibCheck: true,
      types: [],
      rootDir: ".",
      outDir: "dist",
      plugins: [{ transform: "convoy/transformer", transformProgram: true }],
      ...compilerOptions,
    },
    include: ["convoy", "src"],
    ...rest,
  });
}

/** Does not compile unless it sees the generated code, and all of it as types. */
export const client = `
import { api } from "../convoy/_generated/api";
import type { TableNames } from "../convoy/_generated/dataModel";

export const tables: Record<TableNames, true> = { projects: true, users: true };
export const list = api.projects.listProjects;
// @ts-expect-error There is no such function.
export const missing = api.projects.missing;
`;

/** Adds a table to the schema, for which {@link client} has no entry. */
export function addTable(project: BuildProject): Promise<void> {
  return project.replace(
    "convoy/schema.ts",
    "users: defineTable",
    "tasks: defineTable({ title: z.string() }),\n  users: defineTable",
  );
}
