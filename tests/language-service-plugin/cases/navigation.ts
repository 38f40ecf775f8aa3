import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EditedProject, type FileSpan, withEdits } from "../editor.js";
import { moduleOf } from "../project.js";

const file = "convoy/functions/scratch.ts";
const schemaFile = "convoy/schema.ts";

interface Reference extends FileSpan {
  readonly lineText: string;
  readonly isDefinition?: boolean;
}

interface RenamedFile {
  readonly file: string;
  readonly locs: readonly (FileSpan & { readonly prefixText?: string; suffixText?: string })[];
}

export function navigationCases(
  project: () => EditedProject,
  schema: () => string,
  read: (name: string) => Promise<string>,
): void {
  /** Where the editor goes from the caret, as `file: text`. */
  const definition = async (name: string, marked: string) => {
    const at = await project().typeAt(name, marked);
    const { definitions } = await project().request<{ definitions: FileSpan[] }>(
      "definitionAndBoundSpan",
      name,
      at,
    );
    return definitions;
  };
  const inSchema = async (marked: string, kind?: string) => {
    const found = await definition(file, moduleOf(marked, kind));
    expect(found.map((span) => span.file)).toEqual([project().file(schemaFile)]);
    return project().textAt(schema(), found[0]!);
  };
  const references = async (name: string, marked: string) => {
    const at = await project().typeAt(name, marked);
    const { refs } = await project().request<{ refs: Reference[] }>("references", name, at);
    return refs.map(
      (ref) => `${ref.file.slice(project().root.length + 1)}: ${ref.lineText.trim()}`,
    );
  };

  test("definitions of tables, indexes, fields and refs are in the schema", async () => {
    expect(await inSchema('ctx.db.query("pro‸jects").take(1);')).toBe("projects");
    expect(await inSchema('ctx.db.query("projects").withIndex("by‸_userId").take(1);')).toBe(
      "by_userId",
    );
    expect(await inSchema('ctx.db.query("projects").order("asc", "cre‸atedAt").take(1);')).toBe(
      "createdAt",
    );
    expect(await inSchema('defineRef("us‸ers");')).toBe("users");
  });

  test("definitions of api members are functions, wherever an edit has moved them", async () => {
    const moved = `\n\n\n${moduleOf("return 1;")}`;
    await project().type(file, moved);
    const client =
      'import { api } from "../convoy/_generated/api";\nexport const f = api.scratch.o‸ne;\nexport const g = api.projects.listProjects;\n';
    const [found] = await definition("src/client.ts", client);
    expect(found?.file).toBe(project().file(file));
    expect(project().textAt(moved, found!)).toBe("one");
    await project().type(file, moduleOf("return 1;"));
  });

  test("references of an index are its definition and its uses", async () => {
    await project().type(
      file,
      moduleOf('ctx.db.query("projects").withIndex("by_userId").take(1);'),
    );
    const expected = [
      'convoy/schema.ts: }).index("by_userId", ["userId", "createdAt"]),',
      'convoy/functions/projects.ts: .withIndex("by_userId", (q) => q.eq("userId", args.userId))',
      'convoy/functions/scratch.ts: ctx.db.query("projects").withIndex("by_userId").take(1);',
    ].toSorted();
    const atUse = 'ctx.db.query("projects").withIndex("by_u‸serId").take(1);';
    expect((await references(file, moduleOf(atUse))).toSorted()).toEqual(expected);
    const marked = schema().replace('"by_userId"', '"by_‸userId"');
    expect((await references(schemaFile, marked)).toSorted()).toEqual(expected);
    await project().close(schemaFile);
  });

  test("references of a table are its refs and calls", async () => {
    await project().type(file, moduleOf("return 1;"));
    const found = await references(schemaFile, schema().replace("users:", "us‸ers:"));
    expect(found.toSorted()).toEqual([
      'convoy/functions/projects.ts: args: { userId: defineRef("users") },',
      'convoy/functions/projects.ts: args: { userId: defineRef("users"), name: z.string() },',
      'convoy/functions/scratch.ts: args: { userId: defineRef("users") },',
      'convoy/functions/users.ts: .query("users")',
      'convoy/functions/users.ts: return known?._id ?? (await ctx.db.insert("users", { deviceId, createdAt: Date.now() }));',
      'convoy/schema.ts: userId: defineRef("users"),',
      "convoy/schema.ts: users: defineTable({",
    ]);
    await project().close(schemaFile);
  });

  test("references of a function are its uses through api, and those by its name", async () => {
    await project().type(
      "src/client.ts",
      'import { api } from "../convoy/_generated/api";\nexport const f = api.scratch.one;\n',
    );
    const expected = [
      "convoy/functions/scratch.ts: export const one = query({",
      "src/client.ts: export const f = api.scratch.one;",
    ];
    const declared = moduleOf("return 1;").replace("const one", "const o‸ne");
    expect((await references(file, declared)).toSorted()).toEqual(expected);
    const used =
      'import { api } from "../convoy/_generated/api";\nexport const f = api.scratch.o‸ne;\n';
    expect((await references("src/client.ts", used)).toSorted()).toEqual(expected);
  });

  /** Every place that the new name is written to, as `file: text`. */
  const renamed = async (name: string, marked: string) => {
    const at = await project().typeAt(name, marked);
    const { info, locs } = await project().request<{
      info: { canRename: boolean; displayName?: string };
      locs: { file: string; locs: { start: FileSpan["start"] }[] }[];
    }>("rename", name, at);
    expect(info.canRename).toBe(true);
    return Object.fromEntries(
      locs.map(({ file: inFile, locs: places }) => [
        inFile.slice(project().root.length + 1),
        places.length,
      ]),
    );
  };

  test("an index is renamed with all its uses", async () => {
    await project().type(
      file,
      moduleOf('ctx.db.query("projects").withIndex("by_userId").take(1);'),
    );
    const atUse = moduleOf('ctx.db.query("projects").withIndex("by_u‸serId").take(1);');
    expect(await renamed(file, atUse)).toEqual({
      "convoy/schema.ts": 1,
      "convoy/functions/projects.ts": 1,
      [file]: 1,
    });
  });

  test("a table is renamed with all its uses, from either end", async () => {
    await project().type(file, moduleOf("return 1;"));
    const expected = {
      "convoy/schema.ts": 2,
      "convoy/functions/projects.ts": 2,
      "convoy/functions/users.ts": 2,
      [file]: 1,
    };
    expect(await renamed(schemaFile, schema().replace("users:", "us‸ers:"))).toEqual(expected);
    await project().close(schemaFile);
    const ref = moduleOf("return 1;").replace('"users"', '"us‸ers"');
    expect(await renamed(file, ref)).toEqual(expected);
  });

  test("so are the uses of a table in the types of documents and ids, in clients too", async () => {
    await project().type(file, moduleOf("return 1;"));
    const client = (name: string) =>
      `import type { Doc, Id as Key } from "../convoy/_generated/dataModel";\nimport type * as model from "../convoy/_generated/dataModel";\nexport type All = [Doc<"projects">, Key<"${name}">[], model.Id<"users">];\n`;
    await project().type("src/client.ts", client("users"));
    const expected = {
      "convoy/schema.ts": 2,
      "convoy/functions/projects.ts": 2,
      "convoy/functions/users.ts": 2,
      [file]: 1,
      "src/client.ts": 2,
    };
    expect(await renamed(schemaFile, schema().replace("users:", "us‸ers:"))).toEqual(expected);
    await project().close(schemaFile);
    expect(await renamed("src/client.ts", client("us‸ers"))).toEqual(expected);
    await project().type("src/client.ts", "export {};\n");
  });

  test("names are renamed in helpers outside convoy/ too", async () => {
    await project().type(file, moduleOf("return 1;"));
    const helper = (table: string, index: string) =>
      `import type { QueryCtx } from "../convoy/_generated/server";\nexport const all = (ctx: QueryCtx) => ctx.db.query("${table}").withIndex("${index}").take(1);\n`;
    await project().type("src/client.ts", helper("users", "by_deviceId"));
    const expected = { "convoy/schema.ts": 1, "convoy/functions/users.ts": 1, "src/client.ts": 1 };
    const marked = schema().replace("by_deviceId", "by_‸deviceId");
    expect(await renamed(schemaFile, marked)).toEqual(expected);
    await project().close(schemaFile);
    expect(await renamed("src/client.ts", helper("users", "by_dev‸iceId"))).toEqual(expected);
    expect(await references("src/client.ts", helper("us‸ers", "by_deviceId"))).toContainEqual(
      expect.stringMatching(/^src\/client.ts: export const all/),
    );
    await project().type("src/client.ts", "export {};\n");
  });

  test("a name whose definition cannot be found is not renamed in part", async () => {
    await project().type(file, moduleOf("return 1;"));
    expect(await project().findings(file)).toEqual([]);
    await project().type(schemaFile, `const half = {\n${schema()}`);
    for (const use of ['query("us‸ers")', 'query("users").withIndex("by_‸deviceId")']) {
      const at = await project().typeAt(file, moduleOf(`return ctx.db.${use}.take(1);`));
      const { info, locs } = await project().request<{ info: object; locs: object[] }>(
        "rename",
        file,
        at,
      );
      expect(info).toEqual({
        canRename: false,
        localizedErrorMessage:
          "The schema has syntax errors, so Convoy cannot rename what it defines. Mend those first.",
      });
      expect(locs).toEqual([]);
    }
    await project().close(schemaFile);
  });

  test("a function is renamed with its uses through api", async () => {
    await project().type(
      "src/client.ts",
      'import { api } from "../convoy/_generated/api";\nexport const f = api.scratch.one;\n',
    );
    const declared = moduleOf("return 1;").replace("const one", "const o‸ne");
    expect(await renamed(file, declared)).toEqual({ [file]: 1, "src/client.ts": 1 });
  });

  test("so are its uses through another module, in brackets, and taken out of its module", async () => {
    await project().type(
      "src/client.ts",
      `import { api } from "../convoy/_generated/api";
export { api as mine } from "../convoy/_generated/api";
import { mine } from "./client";
const { projects } = api;
const { listProjects: list } = api.projects;
export const all = [mine.projects.listProjects, api["projects"]["listProjects"], projects.listProjects, list];
`,
    );
    const text = await read("convoy/functions/projects.ts");
    const declared = text.replace("listProjects", "list‸Projects");
    expect(await renamed("convoy/functions/projects.ts", declared)).toEqual({
      "convoy/functions/projects.ts": 1,
      "src/client.ts": 4,
    });
    const found = await references("convoy/functions/projects.ts", declared);
    expect(found.filter((line) => line.startsWith("src/client.ts"))).toHaveLength(4);
    await project().close("convoy/functions/projects.ts");
    await project().type("src/client.ts", "export {};\n");
  });

  /** What is in the files once the name at the caret is another one. */
  const renamedTo = async (
    newName: string,
    files: Readonly<Record<string, string>>,
    name: string,
    marked: string,
  ) => {
    for (const [other, text] of Object.entries(files)) await project().type(other, text);
    const at = await project().typeAt(name, marked);
    const { locs } = await project().request<{ locs: readonly RenamedFile[] }>("rename", name, at);
    const texts: Record<string, string> = { ...files, [name]: marked.replace("‸", "") };
    for (const { file: inFile, locs: places } of locs) {
      const renamedFile = inFile.slice(project().root.length + 1);
      const edits = places.map(({ start, end, prefixText = "", suffixText = "" }) => ({
        start,
        end,
        newText: prefixText + newName + suffixText,
      }));
      texts[renamedFile] = withEdits(texts[renamedFile] ?? (await read(renamedFile)), edits);
    }
    return texts;
  };

  describe.each([true, false])("where imports keep their names: %s", (keeps) => {
    const client = `import { api } from "../convoy/_generated/api";
export const all = [api.scratch.old, api.scratch.delete, api.users.old];
`;
    const again = 'export { old } from "./scratch";\n';
    const module = `import { query } from "../_generated/server";
const old = query({ handler: async () => 1 });
const other = query({ handler: async () => 2 });
export { old, other as delete };
`;
    const files = { "src/client.ts": client, [file]: module, "convoy/functions/users.ts": again };
    const at = (text: string, marked: string) => text.replace(marked.replace("‸", ""), marked);

    beforeAll(() => project().prefer({ providePrefixAndSuffixTextForRename: keeps }));
    afterAll(async () => {
      await project().prefer({ providePrefixAndSuffixTextForRename: false });
      await project().type("src/client.ts", "export {};\n");
      await project().close("convoy/functions/users.ts");
    });

    test("api members are defined where they are exported from", async () => {
      for (const [name, text] of Object.entries(files)) await project().type(name, text);
      for (const [marked, inFile, found] of [
        ["scratch.‸old", file, "old = query"],
        ["scratch.‸delete", file, "delete };"],
        ["users.‸old", "convoy/functions/users.ts", "old } from"],
      ] as const) {
        const [span] = await definition("src/client.ts", at(client, marked));
        expect(span?.file).toBe(project().file(inFile));
        const { line, offset } = span!.start;
        expect(files[inFile].split("\n")[line - 1]!.slice(offset - 1)).toMatch(found);
      }
    });

    test("a function that is exported apart from its declaration is renamed in both places", async () => {
      const expected = {
        "src/client.ts": client.replace("scratch.old", "scratch.fresh"),
        [file]: module.replace("const old", "const fresh").replace("{ old,", "{ fresh,"),
        "convoy/functions/users.ts": again.replace("{ old }", "{ fresh as old }"),
      };
      const declared = at(module, "const o‸ld");
      expect(await renamedTo("fresh", files, file, declared)).toEqual(expected);
      const used = at(client, "scratch.o‸ld");
      expect(await renamedTo("fresh", files, "src/client.ts", used)).toEqual(expected);
    });

    test("the name that a function is exported by is renamed, and that of its declaration is not", async () => {
      const expected = {
        ...files,
        "src/client.ts": client.replace("scratch.delete", "scratch.fresh"),
        [file]: module.replace("as delete", "as fresh"),
      };
      const used = at(client, "scratch.del‸ete");
      expect(await renamedTo("fresh", files, "src/client.ts", used)).toEqual(expected);
      const exported = at(module, "as de‸lete");
      expect(await renamedTo("fresh", files, file, exported)).toEqual(expected);
    });

    test("what is exported without being written in the module is defined where it is declared", async () => {
      const made = `import { query } from "../_generated/server";
const make = () => ({ delete: query({ handler: async () => 1 }), old: query({ handler: async () => 2 }) });
export const { old } = make();
`;
      await project().type("src/client.ts", client);
      await project().type(file, made);
      await project().type("convoy/functions/users.ts", 'export * from "./scratch";\n');
      for (const marked of ["scratch.‸old", "users.‸old"]) {
        const [span] = await definition("src/client.ts", at(client, marked));
        expect(span?.file).toBe(project().file(file));
        expect(span!.start).toEqual({ line: 3, offset: "export const { ".length + 1 });
      }
    });

    test("what is exported without a name is not renamed in the generated types", async () => {
      await project().type(file, module);
      await project().type("convoy/functions/users.ts", 'export * from "./scratch";\n');
      const at = await project().typeAt("src/client.ts", client.replace("users.old", "users.o‸ld"));
      expect(await project().request("rename", "src/client.ts", at)).toEqual({
        info: {
          canRename: false,
          localizedErrorMessage:
            'Convoy cannot find where "old" is written in the module that exports it, so it would rename its uses alone. Rename it by hand.',
        },
        locs: [],
      });
    });

    test("what a module exports of another one gets a name of its own", async () => {
      const expected = {
        ...files,
        "src/client.ts": client.replace("users.old", "users.fresh"),
        "convoy/functions/users.ts": again.replace("{ old }", "{ old as fresh }"),
      };
      const used = at(client, "users.o‸ld");
      expect(await renamedTo("fresh", files, "src/client.ts", used)).toEqual(expected);
    });
  });
}
