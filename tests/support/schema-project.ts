import { tempProject, type TempProject } from "./temp-project.js";

const imports =
  'import { defineRef, defineSchema, defineTable } from "convoy";\nimport { z } from "zod";\n';

/** A project whose schema has these tables (the inside of `defineSchema({ … })`) and no functions. */
export function schemaProject(
  tables: string,
  options: { readonly before?: string; readonly files?: Readonly<Record<string, string>> } = {},
): Promise<TempProject> {
  return tempProject("quickstart", {
    without: ["convoy/functions", "convoy/_generated"],
    files: {
      "convoy/schema.ts": `${imports}${options.before ?? ""}export default defineSchema({\n${tables}\n});\n`,
      ...options.files,
    },
  });
}
