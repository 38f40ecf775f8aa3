import { stat } from "node:fs/promises";
import { type ProjectLayout, relativeToRoot } from "../../compiler/project/layout.js";
import { type Finding, ok, problem, warning } from "./finding.js";

/** Whether the folders and files are where they are looked for. */
export async function checkProject(layout: ProjectLayout): Promise<Finding> {
  const [root, convoy, schema, functions] = await Promise.all(
    [layout.root, layout.convoyDir, layout.schemaFile, layout.functionsDir].map(kindOf),
  );
  if (root !== "folder" || convoy !== "folder") {
    return problem(
      "project",
      `There is no folder convoy/ in ${layout.root}.`,
      "Name the folder that holds convoy/ with --root, or write a new project with `npx convoy init`.",
    );
  }
  if (schema !== "file") {
    return problem(
      "project",
      "There is no file convoy/schema.ts.",
      "Write one whose default export is `defineSchema({ … })`; `npx convoy init` writes an example.",
    );
  }
  const functionsDir = relativeToRoot(layout, layout.functionsDir);
  if (functions === "file") {
    return problem(
      "project",
      `${functionsDir} is a file.`,
      "Make it a folder: each file in it is a module of functions.",
    );
  }
  if (functions === null) {
    return warning(
      "project",
      `There is no folder ${functionsDir}, so clients have nothing to call.`,
      "Create it: each file in it is a module of functions.",
    );
  }
  return ok("project", `${layout.convoyDir} has a schema and a folder of functions.`);
}

async function kindOf(file: string): Promise<"file" | "folder" | null> {
  try {
    return (await stat(file)).isDirectory() ? "folder" : "file";
  } catch {
    return null;
  }
}
