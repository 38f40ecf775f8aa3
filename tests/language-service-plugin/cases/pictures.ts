import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import type { EditedProject } from "../editor.js";
import { type BoxLine, type Mark, renderEditor, type Scene } from "../render-editor.js";

const file = "convoy/functions/pictures.ts";
const images = path.join(import.meta.dirname, "..", "..", "..", "docs", "images");

/** The pictures of docs/editor.md are what tsserver answers. `npm run golden` draws them anew. */
export function picturesCases(project: () => EditedProject): void {
  const expectPicture = (name: string, scene: Scene) => {
    const target = path.join(images, `${name}.svg`);
    const picture = renderEditor(scene);
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(target, picture);
    expect(readFileSync(target, "utf8"), `${target} is old; see \`npm run golden\``).toBe(picture);
  };
  const start = `import { defineRef } from "convoy";
import { query } from "../_generated/server";

export const recent = query({
  args: { userId: defineRef("users") },
  handler: async (ctx, args) =>
`;
  /** The lines of the handler, as they stand in the file. */
  const codeOf = (handler: string) => `${start}${handler}\n});`;
  const shownFrom = start.split("\n").findIndex((line) => line.startsWith("export"));

  test("a picture of a diagnostic and its fixes", async () => {
    const code = codeOf(`    await ctx.db
      .query("projects")
      .withIndex("by_user", (q) => q.eq("userId", args.userId))
      .take(10),`);
    await project().type(file, code);
    const [found] = await project().ours(file);
    const fixes = await project().fixes(file);
    const mark: Mark = {
      line: found!.start.line - shownFrom,
      column: found!.start.offset,
      length: found!.end.offset - found!.start.offset,
      severity: "error",
    };
    const lines: BoxLine[] = [
      { text: found!.text },
      { text: "" },
      ...fixes.map(({ description }, at) => ({ text: description, isChosen: at === 0 })),
    ];
    expectPicture("editor-diagnostic", {
      title: file,
      code: shown(code),
      marks: [mark],
      box: { line: mark.line, column: mark.column, lines },
    });
  });

  test("a picture of completions", async () => {
    const handler = `    await ctx.db
      .query("projects")
      .withIndex("by_userId", (q) => q.eq("‸", args.userId))
      .take(10),`;
    const entries = await project().completionEntries(file, codeOf(handler));
    const line = handler.split("\n").findIndex((text) => text.includes("‸"));
    const column = handler.split("\n")[line]!.indexOf("‸") + 1;
    expectPicture("editor-completions", {
      title: file,
      code: shown(codeOf(handler.replace("‸", ""))),
      box: {
        line: start.split("\n").length + line - shownFrom,
        column,
        lines: entries.map(({ name, labelDetails }, at) => ({
          text: name,
          note: labelDetails?.description ?? "",
          isChosen: at === 0,
        })),
      },
    });
  });

  test("a picture of a hover", async () => {
    const handler = `    await ctx.db
      .query("projects")
      .withIndex("by_userId", (q) => q.eq("userId", args.userId))
      .order("desc", "createdAt")
      .ta‸ke(10),`;
    const at = await project().typeAt(file, codeOf(handler));
    const { documentation } = await project().request<{ documentation: string }>(
      "quickinfo",
      file,
      at,
    );
    const text = documentation.slice(documentation.indexOf("**"));
    let isCode = false;
    const lines = text.split("\n").flatMap((line): BoxLine[] => {
      if (line.startsWith("```")) {
        isCode = line !== "```";
        return [];
      }
      return [{ text: line.replaceAll("**", ""), isCode }];
    });
    expectPicture("editor-hover", {
      title: file,
      code: shown(codeOf(handler.replace("‸", ""))),
      box: { line: at.line - shownFrom, column: at.offset, lines },
    });
  });

  function shown(code: string): string {
    return code.split("\n").slice(shownFrom).join("\n");
  }
}
