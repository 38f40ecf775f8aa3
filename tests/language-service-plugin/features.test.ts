/** What the plugin does, through a real tsserver: one process for each version of TypeScript. */
import { afterAll, beforeAll, describe } from "vitest";
import type { TempProject } from "../support/temp-project.js";
import { typescriptPackages } from "../support/typescript-versions.js";
import { completionsCases } from "./cases/completions.js";
import { diagnosticsCases } from "./cases/diagnostics.js";
import { hoverCases } from "./cases/hover.js";
import { navigationCases } from "./cases/navigation.js";
import { schemaEditsCases } from "./cases/schema-edits.js";
import { quickFixesCases } from "./cases/quick-fixes.js";
import { picturesCases } from "./cases/pictures.js";
import { openWorkspaces, type Workspaces, workspacesCases } from "./cases/workspaces.js";
import { type EditedProject, Editor } from "./editor.js";
import { editorProject } from "./project.js";

const scratch = "convoy/functions/scratch.ts";

let files: TempProject;
let schema = "";
let workspaces: Workspaces;
beforeAll(async () => {
  files = await editorProject({
    [scratch]: "export {};\n",
    "convoy/functions/pictures.ts": "export {};\n",
    "src/client.ts": "export {};\n",
  });
  schema = await files.read("convoy/schema.ts");
  workspaces = await openWorkspaces();
});
afterAll(async () => {
  await files[Symbol.asyncDispose]();
  await workspaces[Symbol.asyncDispose]();
});

describe.each(typescriptPackages)("on %s", (version) => {
  let editor: Editor;
  let project: EditedProject;
  beforeAll(() => {
    editor = new Editor(version);
    project = editor.project(files);
  });
  afterAll(() => editor[Symbol.asyncDispose]());

  describe("diagnostics:", () => diagnosticsCases(() => project));
  describe("completions:", () => completionsCases(() => project));
  const schemaText = () => schema;
  describe("quick fixes:", () => quickFixesCases(() => project, schemaText));
  describe("hover:", () => hoverCases(() => project));
  const read = (name: string) => files.read(name);
  describe("navigation:", () => navigationCases(() => project, schemaText, read));
  describe("a schema that is not saved:", () => schemaEditsCases(() => project, schemaText));
  describe("workspaces:", () =>
    workspacesCases(
      () => editor,
      () => project,
      () => workspaces,
    ));
  // Drawn once, of what the newest version answers.
  describe.runIf(version === "typescript")("pictures:", () => picturesCases(() => project));
});
