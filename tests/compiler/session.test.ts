import fc from "fast-check";
import { expect, test } from "vitest";
import { openSession } from "../support/analyse.js";
import { type TempProject, tempProject } from "../support/temp-project.js";

/** The parts of a small project that an edit can change. */
interface Source {
  readonly tableField: "z.string()" | "z.number()" | "z.string().optional()" | "z.map()";
  readonly index: boolean;
  readonly helper: "text" | "number" | "object";
  readonly base: "helper" | "literal" | "document" | "broken";
  readonly hasMiddle: boolean;
  readonly comment: number;
}

const fields = {
  tableField: fc.constantFrom("z.string()", "z.number()", "z.string().optional()", "z.map()"),
  index: fc.boolean(),
  helper: fc.constantFrom("text", "number", "object"),
  base: fc.constantFrom("helper", "literal", "document", "broken"),
  hasMiddle: fc.boolean(),
  comment: fc.nat(3),
} as const;

const edit: fc.Arbitrary<Partial<Source>> = fc.oneof(
  ...Object.entries(fields).map(([name, values]) =>
    (values as fc.Arbitrary<unknown>).map((value) => ({ [name]: value })),
  ),
);

const server = 'import { query } from "../_generated/server";\n';
const apiImport = 'import { api } from "../_generated/api";\n';
const helpers = { text: '"text"', number: "1", object: "{ inner: [true] }" };
const bases = {
  helper: "help()",
  literal: '"one" as const',
  document: 'ctx.db.query("things").first()',
  broken: "(",
};

function filesOf(source: Source): Readonly<Record<string, string | null>> {
  const index = source.index ? '.index("by_a", ["a"])' : "";
  return {
    "convoy/schema.ts": `import { defineSchema, defineTable } from "convoy";
import { z } from "zod";
export default defineSchema({ things: defineTable({ a: ${source.tableField} })${index} });
`,
    "convoy/lib/help.ts": `export const help = () => (${helpers[source.helper]});\n`,
    "convoy/functions/base.ts": `${server}import { help } from "../lib/help";
${"// moved\n".repeat(source.comment)}export const read = query({ handler: async (ctx) => ${bases[source.base]} });
export const helped = query({ handler: async () => [help()] });
`,
    "convoy/functions/middle.ts": source.hasMiddle
      ? `${server}${apiImport}export const read = query({ handler: async (ctx) => ({ base: await ctx.runQuery(api.base.read) }) });\n`
      : null,
    "convoy/functions/top.ts": `${server}${apiImport}export const read = query({ handler: async (ctx) => [await ctx.runQuery(api.middle.read)] });
export const alone = query({ handler: async () => 1 });
`,
  };
}

async function apply(
  project: TempProject,
  before: Source | null,
  after: Source,
): Promise<string[]> {
  const old = before ? filesOf(before) : {};
  const changed: string[] = [];
  for (const [file, text] of Object.entries(filesOf(after))) {
    if (old[file] === text) continue;
    if (text === null) await project.remove(file);
    else await project.write(file, text);
    changed.push(`${project.root}/${file}`);
  }
  return changed;
}

test("what a session says after edits is what a new one would say", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 2, maxLength: 4 }), async (edits) => {
      await using project = await tempProject("quickstart", {
        without: ["convoy/functions", "convoy/_generated"],
      });
      let source: Source = {
        tableField: "z.string()",
        index: true,
        helper: "text",
        base: "helper",
        hasMiddle: true,
        comment: 0,
      };
      await apply(project, null, source);
      const session = openSession(project.root);
      session.analyse();
      for (const change of edits) {
        const next = { ...source, ...change };
        session.invalidate(await apply(project, source, next));
        source = next;
        const again = session.analyse();
        const fresh = openSession(project.root).analyse();
        expect(again.diagnostics).toEqual(fresh.diagnostics);
        expect(again.facts).toEqual(fresh.facts);
        expect(again.files).toEqual(fresh.files);
      }
    }),
    { numRuns: 10 },
  );
}, 180_000);
