import path from "node:path";
import { type BuildProject, buildProject, tsconfig } from "./build-project.js";

const compiler = path.join(import.meta.dirname, "..", "..", "dist", "cjs", "compiler");

/**
 * The real transformer over a toy analysis: what TypeScript and ts-patch do in all their modes does
 * not depend on what is generated, and a build without zod takes a fraction of the time. Comments in
 * the source say what the analysis finds: `// error`, `// warning`, `// suggestion`, `// bug`.
 */
const transformer = `
const { createTransformer } = require(${JSON.stringify(`${compiler}/transformer/create-transformer.js`)});

module.exports = createTransformer({
  analyse(ts, program, project) {
    const schema = program.getSourceFile(project.schemaFile);
    const diagnostics = [];
    for (const { fileName, text } of program.getSourceFiles()) {
      if (!fileName.startsWith(project.convoyDir)) continue;
      if (text.includes("// bug")) throw new Error("injected");
      const file = fileName.slice(project.root.length + 1);
      for (const severity of ["error", "warning", "suggestion"]) {
        const start = text.indexOf("// " + severity);
        if (start < 0) continue;
        const related = [{ message: "The schema.", span: { file: "convoy/schema.ts", start: 0, length: 6 } }];
        const span = { file, start, length: 2 };
        diagnostics.push({ code: "CV1004", rule: "toy", severity, message: "An " + severity + ".", span, related });
      }
    }
    if (schema === undefined) {
      const span = { file: "convoy/schema.ts", start: 0, length: 0 };
      diagnostics.push({ code: "CV1001", rule: "toy", severity: "error", message: "No schema.", span });
      return { files: null, diagnostics };
    }
    const tables = JSON.parse(/\\[.*\\]/.exec(schema.text)[0]);
    const files = new Map(Object.entries({
      "dataModel.ts": "export type Table = " + tables.map((name) => JSON.stringify(name)).join(" | ") + ";\\n",
      "server.ts": 'import type { Table } from "./dataModel.js";\\nexport const query = (table: Table): Table => table;\\n',
      "api.ts": 'export type { Api } from "./apiTypes.js";\\n',
      "apiTypes.d.ts": 'import type { Table } from "./dataModel.js";\\nexport type Api = Record<Table, 1>;\\n',
      "manifest.json": JSON.stringify(tables) + "\\n",
    }).map(([name, text]) => [project.generatedDir + "/" + name, text]));
    return { files, diagnostics };
  },
});
`;

export const toyPlugin = { transform: "convoy-toy", transformProgram: true };

/** A project that {@link toyPlugin} builds. */
export function toyProject(files: Readonly<Record<string, string>> = {}): Promise<BuildProject> {
  return buildProject(["convoy"], {
    "node_modules/convoy-toy/index.js": transformer,
    "tsconfig.json": toyTsconfig({}),
    "convoy/schema.ts": 'export const tables = ["projects", "users"] as const;\n',
    "convoy/functions/projects.ts": functions,
    "src/main.ts": toyClient("../convoy"),
    "node_modules/toy-library/index.d.ts": library,
    ...files,
  });
}

export function toyTsconfig(options: {
  readonly compilerOptions?: Readonly<Record<string, unknown>>;
  readonly [name: string]: unknown;
}): string {
  const { compilerOptions, ...rest } = options;
  return tsconfig({
    compilerOptions: { plugins: [toyPlugin], ...withToyLibrary, ...compilerOptions },
    ...rest,
  });
}

const withToyLibrary = { lib: undefined, noLib: true, types: ["toy-library"] };

/** What TypeScript cannot do without. To read all of its own library would be half of a run. */
const library = `interface Array<T> { length: number; [index: number]: T }
interface Boolean {}
interface CallableFunction {}
interface Function {}
interface IArguments {}
interface NewableFunction {}
interface Number {}
interface Object {}
interface RegExp {}
interface String {}
interface ReadonlyArray<T> { readonly length: number; readonly [index: number]: T }
type Record<Key extends keyof never, Value> = { [K in Key]: Value };
`;

export const functions = `import { query } from "../_generated/server";
export const list = query("projects");
`;

/** Needs a change for every table that comes or goes. */
export function toyClient(convoyDir: string): string {
  return `import type { Api } from "${convoyDir}/_generated/api";
export const api: Api = { projects: 1, users: 1 };
`;
}

/** Adds a table, for which {@link toyClient} has no entry. */
export function addToyTable(project: BuildProject, schema = "convoy/schema.ts"): Promise<void> {
  return project.replace(schema, '"projects"', '"projects", "tasks"');
}

/** What the client says of it. */
export const missingTable: RegExp = /main\.ts\(2,14\): error TS2741: Property 'tasks' is missing/;
