import { readFileSync } from "node:fs";
import ts from "typescript";
import { expect, test } from "vitest";
import type { ProjectFacts, SchemaFacts } from "../../compiler/model/facts.js";
import { projectLayout } from "../../compiler/project/layout.js";
import { runRules } from "../../compiler/rules/run.js";
import { fixtureRoot } from "../support/analyse.js";

const project = projectLayout("/p");
const schema: SchemaFacts = { exportName: "default", tables: [], types: {}, problems: [] };
const text = `import { query } from "../_generated/server";
export const list = query({ handler: (ctx) => ctx.db.query("a").take(1) });
`;

function parse(fileName: string): ts.SourceFile {
  return ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);
}

function run(sourceFiles: readonly ts.SourceFile[], facts: ProjectFacts = { schema, modules: [] }) {
  const asked = { checker: 0 };
  const bugs: unknown[] = [];
  const checker = (): ts.TypeChecker => {
    asked.checker++;
    return undefined as unknown as ts.TypeChecker;
  };
  const onBug = (error: unknown): void => void bugs.push(error);
  const found = runRules({ ts, project, facts, sourceFiles, checker, onBug });
  return { found, asked, bugs };
}

test("findings come sorted and frozen, and no checker is asked without need", () => {
  const files = ["b", "a"].map((name) => parse(`/p/convoy/functions/${name}.ts`));
  const { found, asked, bugs } = run(files);
  expect(found.map(({ code, span }) => [code, span.file])).toEqual([
    ["CV2001", "convoy/functions/a.ts"],
    ["CV2001", "convoy/functions/b.ts"],
  ]);
  expect(Object.isFrozen(found) && found.every((finding) => Object.isFrozen(finding))).toBe(true);
  expect(asked.checker).toBe(0);
  expect(bugs).toEqual([]);
});

test("declarations, generated code and dependencies are not looked at", () => {
  const files = [
    "/p/convoy/_generated/server.ts",
    "/p/node_modules/x/a.ts",
    "/p/convoy/functions/a.d.ts",
  ].map(parse);
  expect(run(files).found).toEqual([]);
});

test("what was said of a file is kept while the file, the schema and its module are the same", () => {
  const file = parse("/p/convoy/functions/a.ts");
  const [first] = run([file]).found;
  const [second] = run([file]).found;
  expect(second).toBe(first);
  const [other] = run([file], { schema: { ...schema }, modules: [] }).found;
  expect(other).not.toBe(first);
  expect(other).toEqual(first);
});

test("source that breaks off anywhere is no bug", () => {
  const fixture = fixtureRoot("rules/floating-database-call");
  const whole = readFileSync(`${fixture}/convoy/functions/projects.ts`, "utf8");
  const steps = 60;
  for (let step = 0; step < steps; step++) {
    const end = Math.floor((whole.length * step) / steps);
    for (const rest of ["", "(", whole.slice(end + 5)]) {
      const file = ts.createSourceFile(
        "/p/convoy/functions/a.ts",
        whole.slice(0, end) + rest,
        ts.ScriptTarget.Latest,
      );
      expect(run([file]).bugs).toEqual([]);
    }
  }
});

test("a bug in a rule costs that rule's findings and no more", () => {
  const broken = { ...schema } as SchemaFacts;
  Object.defineProperty(broken, "types", {
    get: () => {
      throw new Error("a bug");
    },
  });
  const table = {
    name: "a",
    span: { file: "convoy/schema.ts", start: 0, length: 1 },
    variants: [],
    insertVariants: [],
    fields: [
      {
        name: "f",
        span: { file: "convoy/schema.ts", start: 1, length: 1 },
        type: { kind: "string" },
        optional: false,
        hasDefault: false,
        integer: false,
        oneWay: "transform()",
        ref: null,
      },
    ],
    indexes: [],
    promoted: [],
    relational: false,
  } as const;
  Object.defineProperty(broken, "tables", { value: [table] });
  const { found, bugs } = run([], { schema: broken, modules: [] });
  expect(found.map(({ code }) => code)).toEqual(["CV1011"]);
  expect(bugs).not.toEqual([]);
});
