import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { seededRandom } from "../random.js";
import { clientText } from "./client.js";
import { syntheticModules } from "./functions.js";
import { schemaText, syntheticTables } from "./tables.js";

export interface SyntheticProjectOptions {
  readonly tables: number;
  readonly functions: number;
  readonly seed?: number;
  /** Adds `src/every.ts`, which calls every public function. */
  readonly everyFunctionInClient?: boolean;
}

/** How many modules the small client calls. */
const CLIENT_MODULES = 3;

/**
 * The sources of a made-up project: the text of every file by its path below the project's root.
 * The same options give the same bytes.
 */
export function syntheticProject(options: SyntheticProjectOptions): Map<string, string> {
  const random = seededRandom(options.seed ?? 1);
  const tables = syntheticTables(options.tables, random);
  const modules = syntheticModules(tables, options.functions, random);
  const files = new Map([
    ["package.json", json({ name: "synthetic", private: true, type: "module" })],
    ["tsconfig.json", json({ compilerOptions, include: ["convoy", "src"] })],
    ["convoy/schema.ts", schemaText(tables)],
    ["src/client.ts", clientText(modules.slice(0, CLIENT_MODULES), "..")],
  ]);
  if (options.everyFunctionInClient === true) files.set("src/every.ts", clientText(modules, ".."));
  for (const module of modules) files.set(`convoy/functions/${module.path}.ts`, module.text);
  return files;
}

/** Writes {@link syntheticProject} to a folder, and gives the paths of the files, from that folder. */
export function writeSyntheticProject(dir: string, options: SyntheticProjectOptions): string[] {
  const files = syntheticProject(options);
  for (const [file, text] of files) {
    const target = path.join(dir, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  return [...files.keys()];
}

const compilerOptions = {
  target: "es2023",
  lib: ["es2023", "dom"],
  module: "esnext",
  moduleResolution: "bundler",
  strict: true,
  skipLibCheck: true,
  types: [],
  noEmit: true,
};

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
