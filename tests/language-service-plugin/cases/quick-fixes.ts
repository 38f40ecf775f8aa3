import { expect, test } from "vitest";
import { applyFix, type CodeFix, type EditedProject } from "../editor.js";
import { moduleOf } from "../project.js";

const file = "convoy/functions/scratch.ts";

export function quickFixesCases(project: () => EditedProject, schemaText: () => string): void {
  const named = (fixes: readonly CodeFix[], name: string) =>
    fixes.find(({ fixName }) => fixName === `convoy-${name}`);

  test("did you mean", async () => {
    const text = moduleOf('return ctx.db.query("project").take(1);');
    await project().type(file, text);
    const fix = named(await project().fixes(file), "did-you-mean");
    expect(fix?.description).toBe('Change to "projects"');
    expect(applyFix(text, project().file(file), fix)).toBe(text.replace('"project"', '"projects"'));
  });

  test("an index that is missing is added to a schema that nobody saved", async () => {
    const edited = `// A note.\n${schemaText()}`;
    await project().type("convoy/schema.ts", edited);
    await project().type(
      file,
      moduleOf(
        'return ctx.db.query("users").withIndex("by_age", (q) => q.eq("createdAt", 1)).take(1);',
      ),
    );
    const fix = named(await project().fixes(file), "add-index");
    expect(applyFix(edited, project().file("convoy/schema.ts"), fix)).toBe(
      edited.replace(
        '.unique("by_deviceId", ["deviceId"])',
        '.unique("by_deviceId", ["deviceId"]).index("by_age", ["createdAt"])',
      ),
    );
    await project().close("convoy/schema.ts");
  });

  test("a missing await is written", async () => {
    const text = moduleOf('ctx.db.insert("users", { deviceId: "", createdAt: 0 });', "mutation");
    await project().type(file, text);
    const fix = named(await project().fixes(file), "add-await");
    expect(applyFix(text, project().file(file), fix)).toBe(
      text.replace("ctx.db.insert", "await ctx.db.insert"),
    );
  });

  test("a filter becomes a range, whatever its parameter is called and stands around it", async () => {
    const text = (step: string) =>
      moduleOf(`const q = "a";
    return ctx.db
      .query("users")
      // Why they are looked for.
      ${step}
      .take(1);`);
    const before = text('.filter((f) => f.eq(f.field("deviceId"), q))');
    await project().type(file, before);
    const fix = named(await project().fixes(file), "use-index");
    expect(applyFix(before, project().file(file), fix)).toBe(
      text('.withIndex("by_deviceId", (f) => f.eq("deviceId", q))'),
    );
  });

  test("an order becomes free", async () => {
    await project().type(
      file,
      moduleOf(
        'return ctx.db.query("users").withIndex("by_deviceId").order("asc", "createdAt").take(1);',
      ),
    );
    const fix = named(await project().fixes(file), "add-index");
    expect(applyFix(schemaText(), project().file("convoy/schema.ts"), fix)).toContain(
      '.index("by_createdAt", ["createdAt"])',
    );
    await project().type(
      file,
      moduleOf(
        'return ctx.db.query("projects").withIndex("by_userId", (q) => q.eq("userId", args.userId).eq("createdAt", 1)).order("asc", "name").take(1);',
      ),
    );
    const extended = named(await project().fixes(file), "extend-index");
    expect(applyFix(schemaText(), project().file("convoy/schema.ts"), extended)).toContain(
      '["userId", "createdAt", "name"]',
    );
  });

  test("an import of server code becomes one of types", async () => {
    const text =
      'import { createConvoyClient } from "convoy/client";\nimport schema from "../convoy/schema";\nexport type S = typeof schema;\nexport const c = createConvoyClient;\n';
    await project().type("src/client.ts", text);
    const fix = named(await project().fixes("src/client.ts"), "import-type");
    expect(applyFix(text, project().file("src/client.ts"), fix)).toContain("import type schema");
  });

  test("editors know that the codes have fixes, asked about a file or not", async () => {
    const ofFile = await project().request<string[]>("getSupportedCodeFixes", file);
    expect(ofFile).toContain("992002");
  });
}
