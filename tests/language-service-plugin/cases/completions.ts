import { expect, test } from "vitest";
import type { EditedProject } from "../editor.js";
import { moduleOf } from "../project.js";

const file = "convoy/functions/scratch.ts";

export function completionsCases(project: () => EditedProject): void {
  const at = (body: string, kind?: string) => project().completions(file, moduleOf(body, kind));

  test.for([
    ['ctx.db.query("‸")', "query"],
    ["ctx.db.query('pro‸')", "query"],
    ['ctx.db.insert("‸", {})', "mutation"],
    ['ctx.db.get("‸")', "query"],
    ['ctx.db.get("‸", args.userId)', "query"],
    ['defineRef("‸")', "query"],
  ] as const)("%s offers the tables", async ([body, kind]) => {
    expect(await at(body, kind)).toEqual(["projects", "users"]);
  });

  test(".withIndex offers the indexes of the table, with their fields", async () => {
    const body = 'ctx.db.query("projects").withIndex("‸")';
    const [index, ...others] = await project().completionEntries(file, moduleOf(body));
    expect(index).toMatchObject({
      name: "by_userId",
      labelDetails: { description: "userId, createdAt" },
    });
    expect(others).toEqual([]);
  });

  test("a range offers the index's fields, the next one first", async () => {
    const range = (steps: string) =>
      at(`ctx.db.query("projects").withIndex("by_userId", (q) => q${steps})`);
    expect(await range('.eq("‸")')).toEqual(["userId", "createdAt"]);
    expect(await range('.eq("‸", args.userId)')).toEqual(["userId", "createdAt"]);
    expect(await range('.eq("userId", args.userId).gt("‸")')).toEqual(["createdAt"]);
    expect(await range('.eq("userId", args.userId).gt("createdAt", 1).lt("‸")')).toEqual([
      "createdAt",
    ]);
  });

  test("order and q.field offer the fields of the table", async () => {
    const fields = ["name", "userId", "status", "description", "createdAt", "_id", "_creationTime"];
    expect(await at('ctx.db.query("projects").order("desc", "‸")')).toEqual(fields);
    expect(await at('ctx.db.query("projects").filter((q) => q.eq(q.field("‸")))')).toEqual(fields);
  });

  test("a completion has its details", async () => {
    const location = await project().typeAt(
      file,
      moduleOf('ctx.db.query("projects").withIndex("‸")'),
    );
    const [details] = await project().request<{ documentation: { text: string }[] }[]>(
      "completionEntryDetails",
      file,
      { ...location, entryNames: ["by_userId"] },
    );
    expect(details?.documentation.map(({ text }) => text).join("")).toContain(
      'Index on ["userId", "createdAt"].',
    );
  });

  test("an accepted name leaves alone what comes after a quote that is not closed yet", async () => {
    for (const [body, replaced] of [
      ['ctx.db.query("us‸).take(1);', "us"],
      ['ctx.db.query("us‸ers").take(1);', "users"],
      ["ctx.db.query('us‸", "us"],
    ] as const) {
      const marked = moduleOf(body);
      const [entry] = await project().completionEntries(file, marked);
      const text = marked.replace("‸", "");
      expect(project().textAt(text, entry!.replacementSpan!)).toBe(replaced);
    }
  });

  test("strings that are no names are TypeScript's business", async () => {
    const statuses = await at(
      'return ctx.db.insert("projects", { name: "", userId: args.userId, createdAt: 0, status: "‸" });',
      "mutation",
    );
    expect(statuses).toEqual(["active", "done", "planning"]);
  });
}
