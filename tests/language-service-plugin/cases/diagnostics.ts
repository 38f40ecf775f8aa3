import { expect, test } from "vitest";
import type { EditedProject } from "../editor.js";
import { moduleOf } from "../project.js";

const file = "convoy/functions/scratch.ts";

export function diagnosticsCases(project: () => EditedProject): void {
  test("what is wrong shows as it is typed", async () => {
    await project().type(file, moduleOf('return ctx.db.query("project").take(1);'));
    expect(await project().findings(file)).toEqual([
      'CV2001: There is no table "project". Did you mean "projects"? Define it in convoy/schema.ts or name one of its tables (projects, users).',
    ]);
    await project().type(file, moduleOf('return ctx.db.query("projects").take(1);'));
    expect(await project().diagnostics(file)).toEqual([]);
  });

  test("a warning is a warning, and a suggestion a suggestion", async () => {
    await project().type(
      file,
      moduleOf(
        'return ctx.db.query("projects").filter((q) => q.eq(q.field("userId"), args.userId)).collect();',
      ),
    );
    const found = await project().diagnostics(file);
    expect(found.map(({ category, text }) => `${category} ${text.slice(0, 6)}`)).toEqual([
      "warning CV2005",
      "suggestion CV2006",
    ]);
  });

  test("while half a statement is there, nothing is said", async () => {
    await project().type(file, moduleOf('ctx.db.query("project").'));
    expect(await project().findings(file)).toEqual([]);
  });

  test("an export that is no function is told from the types", async () => {
    await project().type(file, `${moduleOf("return 1;")}export const limit = 20;\n`);
    expect((await project().findings(file)).map((text) => text.slice(0, 6))).toEqual(["CV2014"]);
    await project().type(file, moduleOf("return new Map([[1, 2]]);"));
    expect((await project().findings(file)).map((text) => text.slice(0, 6))).toEqual(["CV2012"]);
  });

  test("a circle of functions ends for all of them with the edit of any", async () => {
    const other = "convoy/functions/pictures.ts";
    const calling = (callee: string, result = "") =>
      moduleOf(`return ctx.runQuery(${callee}, {});`).replace("args) =>", `args)${result} =>`);
    const circular = async () =>
      (await project().findings(file)).some((text) => text.startsWith("CV2015"));
    await project().type(file, calling("api.pictures.one"));
    await project().type(other, calling("api.scratch.one"));
    expect(await circular()).toBe(true);
    await project().type(other, calling("api.scratch.one", ": Promise<number>"));
    expect(await circular()).toBe(false);
    await project().type(other, calling("api.scratch.one"));
    expect(await circular()).toBe(true);
    await project().close(other);
  });
}
