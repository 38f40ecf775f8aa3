import { expect, test } from "vitest";
import { type TempProject, tempProject } from "../../support/temp-project.js";
import type { EditedProject, Editor } from "../editor.js";
import { editorProject, moduleOf, tsconfig } from "../project.js";

const file = "convoy/functions/scratch.ts";

const otherSchema = `import { defineSchema, defineTable } from "convoy";
import { z } from "zod";
export default defineSchema({ songs: defineTable({ title: z.string() }) });
`;

/** The projects beside the usual one, for the editors of all versions. */
export interface Workspaces extends AsyncDisposable {
  readonly songs: TempProject;
  /** Its folders `convoy` and `app` are projects that refer to one another. */
  readonly references: TempProject;
  readonly foreign: TempProject;
}

export async function openWorkspaces(): Promise<Workspaces> {
  const config = JSON.parse(tsconfig) as { compilerOptions: object };
  const { noEmit: _, ...compilerOptions } = config.compilerOptions as { noEmit: boolean };
  const composite = { ...compilerOptions, composite: true, rootDir: "..", outDir: "../dist" };
  const songs = await editorProject({
    "convoy/schema.ts": otherSchema,
    "convoy/functions/projects.ts": "export {};\n",
    "convoy/functions/users.ts": "export {};\n",
    [file]: "export {};\n",
  });
  const references = await editorProject({
    "tsconfig.json": JSON.stringify({
      files: [],
      references: [{ path: "convoy" }, { path: "app" }],
    }),
    "convoy/tsconfig.json": JSON.stringify({ compilerOptions: composite, include: ["."] }),
    "app/tsconfig.json": JSON.stringify({
      compilerOptions: composite,
      include: ["."],
      references: [{ path: "../convoy" }],
    }),
    "app/main.ts": "export {};\n",
    [file]: moduleOf("return 1;"),
  });
  const foreign = await tempProject("quickstart", {
    without: ["convoy"],
    files: { "tsconfig.json": tsconfig, "src/main.ts": "export {};\n" },
  });
  return {
    songs,
    references,
    foreign,
    async [Symbol.asyncDispose]() {
      for (const project of [songs, references, foreign]) await project[Symbol.asyncDispose]();
    },
  };
}

export function workspacesCases(
  editor: () => Editor,
  usual: () => EditedProject,
  workspaces: () => Workspaces,
): void {
  test("two projects of one workspace know their own tables", async () => {
    const text = moduleOf('return ctx.db.query("‸")');
    const songs = editor().project(workspaces().songs);
    expect(await usual().completions(file, text)).toEqual(["projects", "users"]);
    expect(await songs.completions(file, text)).toEqual(["songs"]);
    await editor().closeAll();
  });

  test("a project that references the Convoy project finds its functions", async () => {
    const edited = editor().project(workspaces().references);
    const client =
      'import { api } from "../convoy/_generated/api";\nexport const f = api.projects.';
    const at = await edited.typeAt("app/main.ts", `${client}list‸Projects;\n`);
    expect(await edited.diagnostics("app/main.ts")).toEqual([]);
    const { definitions } = await edited.request<{ definitions: { file: string }[] }>(
      "definitionAndBoundSpan",
      "app/main.ts",
      at,
    );
    expect(definitions.map((found) => found.file)).toEqual([
      edited.file("convoy/functions/projects.ts"),
    ]);
    expect(await edited.request("rename", "app/main.ts", at)).toEqual({
      info: {
        canRename: false,
        localizedErrorMessage:
          '"listProjects" is a function in convoy/functions/projects.ts, which the tsconfig of this file does not have, so Convoy would rename its uses alone. Rename it there, and then here.',
      },
      locs: [],
    });
    await edited.type(
      "app/main.ts",
      `import schema from "../convoy/schema";\n${client}listProjects;\nexport const s = schema;\n`,
    );
    expect((await edited.findings("app/main.ts")).map((text) => text.slice(0, 6))).toEqual([
      "CV3001",
    ]);
    await editor().closeAll();
  });

  test("a folder that is no Convoy project hears nothing of us", async () => {
    const edited = editor().project(workspaces().foreign);
    await edited.type(
      "src/main.ts",
      'export const db = { query: (name: string) => name };\ndb.query("");\nconst wrong: number = "";\n',
    );
    expect((await edited.diagnostics("src/main.ts")).map(({ code }) => code)).toEqual([2322]);
    expect(
      await edited.completions(
        "src/main.ts",
        'const db = { query: (n: "a" | "b") => n };\ndb.query("‸");\n',
      ),
    ).toEqual(["a", "b"]);
    await editor().closeAll();
  });

  test("generated code that is as new as a module in a folder is not mentioned", async () => {
    const nested = "convoy/functions/admin/users.ts";
    const text = moduleOf("return 1;")
      .replaceAll("../_generated", "../../_generated")
      .replace("{ query }", "{ internalQuery, query }");
    const whole = `${text}export const two = internalQuery({ handler: () => 2 });\n`;
    await using project = await editorProject({ [nested]: whole });
    const edited = editor().project(project);
    await edited.type(nested, whole);
    expect(await edited.ours(nested)).toEqual([]);
    const added = `${whole}export const three = query({ handler: () => 3 });\n`;
    await project.write(nested, added);
    await edited.type(nested, added);
    expect((await edited.ours(nested)).map(({ category }) => category)).toEqual(["suggestion"]);
    await editor().closeAll();
  });

  test("generated code that is old is mentioned once, in the file that it is older than", async () => {
    const project = workspaces().references;
    const before = await project.read("convoy/schema.ts");
    const edited = editor().project(project);
    const added = `${moduleOf("return 1;")}export const two = query({ handler: () => 2 });\n`;
    const notes = async (name: string) =>
      (await edited.ours(name)).map(({ category, text }) => `${category}: ${text.slice(0, 40)}`);
    const note = "suggestion: The generated code is older than this file";
    await edited.type(file, added);
    expect(await notes(file)).toEqual([]);
    expect(await edited.completions(file, `${added}export const f = api.scratch.‸`)).toEqual([
      "one",
      "two",
    ]);
    await edited.type(file, added);
    await project.write(file, added);
    expect(await notes(file)).toEqual([note.slice(0, 52)]);

    const schema = before.replace("name: z", "title: z");
    await edited.type("convoy/schema.ts", schema);
    expect(await notes("convoy/schema.ts")).toEqual([]);
    await project.write("convoy/schema.ts", schema);
    expect(await notes("convoy/schema.ts")).toEqual([note.slice(0, 52)]);
    await project.write(file, moduleOf("return 1;"));
    await project.write("convoy/schema.ts", before);
    await editor().closeAll();
  });
}
