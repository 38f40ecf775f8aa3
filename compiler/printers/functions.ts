import type { ModuleFacts, SchemaFacts } from "../model/facts.js";
import { header } from "./header.js";

/** Prints `_generated/functions.ts`: the server's registry, the only file that imports user code. */
export function printFunctions(schema: SchemaFacts, modules: readonly ModuleFacts[]): string {
  const used = modules.filter((module) => module.functions.length > 0);
  const taken = new Set(["schema", "functions", "RegisteredFunction"]);
  const imports: string[] = [];
  const entries: string[] = [];
  for (const module of used) {
    const name = uniqueName(module.path, taken);
    imports.push(`import * as ${name} from ${JSON.stringify(importPath(module))};\n`);
    for (const facts of module.functions) {
      entries.push(`  ${JSON.stringify(facts.path)}: ${name}.${facts.name},\n`);
    }
  }
  const schemaImport = schema.exportName === "default" ? "schema" : "{ schema }";
  return `${header("convoy/schema.ts and convoy/functions")}import type { RegisteredFunction } from "convoy/server";
${imports.join("")}import ${schemaImport} from "../schema.js";

export { schema };

/** Every function of the project, by its name. */
export const functions: Readonly<Record<string, RegisteredFunction>> = {
${entries.join("")}};
`;
}

function uniqueName(path: string, taken: Set<string>): string {
  const base = path.replace(/[^A-Za-z0-9_$]+/g, "_").replace(/^(?=\d)/, "_");
  let name = base;
  for (let suffix = 2; taken.has(name); suffix++) name = `${base}${suffix}`;
  taken.add(name);
  return name;
}

/** What to import a module as: the extension of the JavaScript that it becomes. */
export function importPath(module: Pick<ModuleFacts, "file" | "path">): string {
  const extension = module.file.endsWith(".mts")
    ? "mjs"
    : module.file.endsWith(".cts")
      ? "cjs"
      : "js";
  return `../functions/${module.path}.${extension}`;
}
