import { expect, test } from "vitest";
import type { EditedProject } from "../editor.js";
import { moduleOf } from "../project.js";

const file = "convoy/functions/scratch.ts";
const schemaFile = "convoy/schema.ts";

export function schemaEditsCases(project: () => EditedProject, schema: () => string): void {
  const withIndex = () =>
    schema().replace(
      '.unique("by_deviceId"',
      '.index("by_createdAt", ["createdAt"]).unique("by_deviceId"',
    );

  test("an index that nobody saved can be used at once, and its types are right", async () => {
    const use =
      'ctx.db.query("users").withIndex("by_createdAt", (q) => q.gt("createdAt", 1)).take(1)';
    await project().type(file, moduleOf(`return ${use};`));
    expect((await project().diagnostics(file)).length).toBeGreaterThan(0);
    await project().type(schemaFile, withIndex());
    expect(await project().diagnostics(file)).toEqual([]);
    expect(
      await project().completions(file, moduleOf('ctx.db.query("users").withIndex("‸")')),
    ).toEqual(["by_createdAt", "by_deviceId"]);
    await project().close(schemaFile);
    await project().type(file, moduleOf(`return ${use};`));
    expect((await project().findings(file)).map((text) => text.slice(0, 6))).toEqual(["CV2002"]);
  });

  test("so can a table with its documents, and a field", async () => {
    await project().type(
      schemaFile,
      schema().replace(
        "users: defineTable({",
        'tasks: defineTable({ title: z.string(), userId: defineRef("users") }),\n  users: defineTable({\n    nick: z.string().optional(),',
      ),
    );
    await project().type(
      file,
      moduleOf(
        `const id = await ctx.db.insert("tasks", { title: "a", userId: args.userId });
    const task = await ctx.db.get("tasks", id);
    await ctx.db.patch("users", args.userId, { nick: task?.title });
    return task?.title.length;`,
        "mutation",
      ),
    );
    expect(await project().diagnostics(file)).toEqual([]);
    await project().close(schemaFile);
    expect((await project().findings(file)).map((text) => text.slice(0, 6))).toContain("CV2001");
  });

  test("while the schema is broken, what it said before still helps", async () => {
    await project().type(schemaFile, withIndex());
    await project().type(file, moduleOf('return ctx.db.query("users").withIndex("by_").take(1);'));
    expect((await project().findings(file)).map((text) => text.slice(0, 6))).toEqual(["CV2002"]);
    await project().type(schemaFile, `${withIndex()}\nexport const half = {`);
    expect(
      await project().completions(file, moduleOf('ctx.db.query("users").withIndex("‸")')),
    ).toEqual(["by_createdAt", "by_deviceId"]);
    expect(await project().findings(schemaFile)).toEqual([]);
    await project().close(schemaFile);
  });

  test("an error of the schema is told there, and nothing that follows from it", async () => {
    await project().type(schemaFile, schema().replace('["deviceId"]', '["devised"]'));
    await project().type(file, moduleOf('return ctx.db.query("project").take(1);'));
    expect((await project().findings(schemaFile)).map((text) => text.slice(0, 6))).toEqual([
      "CV1005",
    ]);
    expect(await project().findings(file)).toEqual([]);
    await project().close(schemaFile);
  });
}
