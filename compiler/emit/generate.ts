import type { ProjectFacts, SourceSpan } from "../model/facts.js";
import { createLineIndex, type LineIndex } from "../model/position.js";
import { printApi, printApiWithTypes } from "../printers/api.js";
import { printApiTypes, printApiTypesMap } from "../printers/api-types.js";
import { printDataModel } from "../printers/data-model.js";
import { printDrizzle } from "../printers/drizzle.js";
import { printFunctions } from "../printers/functions.js";
import { header } from "../printers/header.js";
import { printManifest } from "../printers/manifest.js";
import { printServer } from "../printers/server.js";
import type { ProjectLayout } from "../project/layout.js";

export interface GenerateOptions {
  readonly project: ProjectLayout;
  /** See `ProjectConfig.emitsDeclarations`. */
  readonly emitsDeclarations: boolean;
  /** See `ProjectConfig.hasDrizzle`. */
  readonly hasDrizzle: boolean;
  /** The text of a file of the project, relative to its root. */
  readonly readText: (file: string) => string | undefined;
}

/** The declaration map: positions change with every edit, so it is not committed. */
export const mapFile = "apiTypes.d.ts.map";

/** The text of every generated file, by absolute path. A pure function of its arguments. */
export function generate(
  facts: ProjectFacts,
  options: GenerateOptions,
): ReadonlyMap<string, string> {
  const { schema, modules } = facts;
  const files = new Map<string, string>();
  const add = (name: string, text: string) =>
    void files.set(`${options.project.generatedDir}/${name}`, text);
  add("dataModel.ts", printDataModel(schema));
  add("server.ts", printServer());
  if (options.hasDrizzle) add("drizzle.ts", printDrizzle(schema));
  add("functions.ts", printFunctions(schema, modules));
  add("manifest.json", printManifest(schema, modules));

  const types = printApiTypes(schema, modules);
  if (options.emitsDeclarations) {
    add("api.ts", printApiWithTypes(types.text));
    return files;
  }
  const start = header("convoy/functions");
  const lineOffset = start.split("\n").length - 1;
  add("api.ts", printApi());
  add("apiTypes.d.ts", `${start}${types.text}//# sourceMappingURL=${mapFile}\n`);
  add(mapFile, printApiTypesMap(types.names, lineOffset, positionFinder(options.readText)));
  add(".gitignore", `${mapFile}\n`);
  return files;
}

/** Finds zero-based positions, as source maps count them; each file's lines are found once. */
function positionFinder(readText: GenerateOptions["readText"]) {
  const indexes = new Map<string, LineIndex>();
  return (span: SourceSpan): { readonly line: number; readonly column: number } => {
    let index = indexes.get(span.file);
    if (!index) {
      index = createLineIndex(readText(span.file) ?? "");
      indexes.set(span.file, index);
    }
    const { line, column } = index.positionAt(span.start);
    return { line: line - 1, column: column - 1 };
  };
}
