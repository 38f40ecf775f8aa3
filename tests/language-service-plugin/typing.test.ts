/** What is kept from key to key never changes an answer: a plugin that knows nothing says the same. */
import path from "node:path";
import fc from "fast-check";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGuard } from "../../language-service-plugin/guard.js";
import { createLanguageService } from "../../language-service-plugin/language-service.js";
import { openServerProject } from "../support/server-project.js";
import type { TempProject } from "../support/temp-project.js";
import { editorProject, tsconfig } from "./project.js";

/** What the statements of the files may be: each list holds what one of them can say, or nothing. */
const typed: readonly (readonly string[])[] = [
  ["", "// Above all.\n"],
  [
    `import { defineRef } from "convoy";
import { z } from "zod";
import { internal } from "../_generated/api";
import { mutation, query } from "../_generated/server";
import { help, wrap } from "../lib/help";
`,
    `import { defineRef } from "convoy";
import { z } from "zod";
import { internal } from "../_generated/api";
import { mutation, query, type QueryCtx } from "../_generated/server";
import { help, wrap } from "../lib/help";
`,
  ],
  ["", "interface Shape { inner: string }\n", "interface Shape { inner: any; more?: Shape }\n"],
  ["", 'const table = "users";\n', 'const table = "projects";\n', 'let table = "users";\n'],
  ["", "type Ctx = QueryCtx;\n", "interface Ctx { db: unknown }\n"],
  ['const shape = { id: defineRef("users") };\n', 'const shape = { id: defineRef("projects") };\n'],
  [
    "",
    `/** Doc. */
export const first = query({
  args: shape,
  handler: async (ctx, { id }) => ctx.db.get("users", id),
});
`,
    `export const first = query({
  args: shape,
  handler: async (ctx, { id }) => {
    ctx.db.get("users", id);
    return { at: new Map([[1, id]]) };
  },
});
`,
    `export const first = query({
  args: shape,
  handler: async (ctx, { id }) => {
    return help() as any;
  },
});
`,
  ],
  [
    `export const second = query({
  args: { userId: defineRef("users"), at: z.custom<WeakSet<object>>() },
  handler: async (ctx, { userId }) => {
    const found = ctx.db.query("projects").withIndex("by_userId", (q) => q.eq("userId", userId));
    return found.collect();
  },
});
`,
    `export const second = query({
  args: { userId: defineRef("users"), at: z.custom<WeakSet<object>>() },
  handler: async (ctx, { userId }) => {
    await ctx.db.insert("users", { deviceId: "a", createdAt: 1 });
    return ctx.db.query(table).withIndex("by_user").collect();
  },
});
`,
    `export const second = query({
  args: { userId: defineRef("users") },
  handler: async (ctx, { userId }) => {
    await fetch("https://example.com");
    return ctx.runQuery(internal.typed.third, {});
  },
});
`,
  ],
  [
    "",
    'export const third = wrap({ handler: async (ctx) => ctx.db.query("user").collect() });\n',
    "async function third(ctx: Ctx) { return ctx.db.query(table).collect(); }\n",
    "const fetch = async (_url: string): Promise<void> => undefined;\n",
  ],
  ["", "export const other = shape;\n", "export default 1;\n", "shape.id = shape.id;\n"],
];

const help: readonly (readonly string[])[] = [
  ['import { query } from "../_generated/server";\n'],
  [
    "export const help = () => 1;\n",
    "export const help = () => new Map([[1, 2]]);\n",
    'import { first } from "../functions/typed";\nexport const help = () => ({}) as typeof first["~result"];\n',
  ],
  ["export const wrap = query;\n", "export const wrap = <T>(value: T): T => value;\n"],
];

const files = [
  ["convoy/functions/typed.ts", typed],
  ["convoy/lib/help.ts", help],
] as const;

interface Edit {
  readonly file: number;
  readonly statement: number;
  readonly form: number;
}

const edit: fc.Arbitrary<Edit> = fc.oneof(
  ...files.map(([, statements], file) => ({
    // Most keys are typed into one file.
    weight: file === 0 ? 5 : 1,
    arbitrary: fc
      .nat(statements.length - 1)
      .chain((statement) =>
        fc.nat((statements[statement]?.length ?? 1) - 1).map((form) => ({ file, statement, form })),
      ),
  })),
);

let project: TempProject;
let typing: Typing;
beforeAll(async () => {
  const { plugins: _ours, ...compilerOptions } = JSON.parse(tsconfig).compilerOptions;
  project = await editorProject({
    "tsconfig.json": JSON.stringify({ compilerOptions, include: ["convoy"] }),
    "convoy/functions/typed.ts": "export {};\n",
    "convoy/lib/help.ts": "export {};\n",
  });
  typing = new Typing(project.root);
});
afterAll(() => project[Symbol.asyncDispose]());

test("after any edits, what is said of a file is what would be said of it at first sight", () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 5, maxLength: 12 }), (edits) => {
      const forms = files.map(([, statements]) => statements.map(() => 0));
      for (const { file, statement, form } of edits) {
        forms[file]![statement] = form;
        files.forEach(([name, statements], at) => {
          typing.type(name, statements.map((all, i) => all[forms[at]![i]!]!).join(""));
        });
        expect(typing.saidAfterTyping()).toEqual(typing.saidAtFirstSight());
      }
      expect(typing.faults).toEqual([]);
    }),
    { numRuns: 5 },
  );
}, 180_000);

/** A project of tsserver's with our plugin, and the same files in the hands of a new one. */
class Typing {
  readonly faults: string[] = [];
  readonly #root: string;
  readonly #project: ts.server.Project;
  readonly #service: ts.LanguageService;
  readonly #host: ts.LanguageServiceHost;
  readonly #fresh: ts.LanguageService;

  constructor(root: string) {
    this.#root = root.replaceAll("\\", "/");
    this.#project = openServerProject(
      ts,
      files.map(([name]) => this.#path(name)),
    );
    this.#service = this.#plugged(this.#project, this.#project.getLanguageService());
    this.#host = this.#hostOf(this.#project);
    // Its files are parsed from their texts, and share no node with those that were edited.
    this.#fresh = ts.createLanguageService(this.#host, ts.createDocumentRegistry());
  }

  /** Replaces no more of the text than what differs, as an editor does. */
  type(name: string, text: string): void {
    const info = this.#project.getScriptInfo(this.#path(name))!;
    const snapshot = info.getSnapshot();
    const before = snapshot.getText(0, snapshot.getLength());
    if (before === text) return;
    let start = 0;
    while (start < text.length && before[start] === text[start]) start++;
    let after = 0;
    const rest = Math.min(before.length, text.length) - start;
    while (after < rest && before.at(-1 - after) === text.at(-1 - after)) after++;
    info.editContent(start, before.length - after, text.slice(start, text.length - after));
  }

  saidAfterTyping(): readonly unknown[] {
    this.#project.updateGraph();
    return files.map(([name]) => this.#said(this.#service, name));
  }

  saidAtFirstSight(): readonly unknown[] {
    const service = this.#plugged(this.#host, this.#fresh);
    return files.map(([name]) => this.#said(service, name));
  }

  #said(service: ts.LanguageService, name: string): readonly unknown[] {
    const file = this.#path(name);
    const found = [
      ...service.getSemanticDiagnostics(file),
      ...service.getSuggestionDiagnostics(file),
    ].filter(({ source }) => source === "convoy");
    return found.map(
      ({ code, category, messageText, start = 0, length = 0, relatedInformation }) => ({
        code,
        category,
        messageText,
        start,
        length,
        related: relatedInformation?.map((related) => [
          related.file?.fileName,
          related.start,
          related.length,
          related.messageText,
        ]),
        fixes: service.getCodeFixesAtPosition(file, start, start + length, [code], {}, {}),
      }),
    );
  }

  #plugged(host: object, languageService: ts.LanguageService): ts.LanguageService {
    const info = { project: host, languageService, languageServiceHost: host } as never;
    return createLanguageService(
      ts,
      info,
      createGuard((message) => this.faults.push(message)),
    );
  }

  #hostOf(source: ts.server.Project): ts.LanguageServiceHost & { getScriptInfo(): undefined } {
    const textOf = (file: string) => {
      const snapshot = source.getScriptInfo(file)?.getSnapshot();
      return snapshot?.getText(0, snapshot.getLength()) ?? ts.sys.readFile(file);
    };
    return {
      ...ts.sys,
      useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
      getScriptInfo: () => undefined,
      getCompilationSettings: () => source.getCompilationSettings(),
      getScriptFileNames: () => source.getRootFiles(),
      getScriptVersion: (file) => String(source.getScriptInfo(file)?.getLatestVersion() ?? 0),
      getScriptSnapshot: (file) => {
        const text = textOf(file);
        return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
      },
      getCurrentDirectory: () => this.#root,
      getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
    };
  }

  #path(name: string): string {
    return path.posix.join(this.#root, name);
  }
}
