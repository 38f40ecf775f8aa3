/** A fault in any part of the plugin costs that one answer, is logged, and tsserver lives. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { Editor } from "./editor.js";
import { editorProject, moduleOf, tsconfig } from "./project.js";

const file = "convoy/functions/scratch.ts";

/**
 * A plugin that is ours with a TypeScript that breaks in the hands of one part of it: at the first
 * access to a member of it, or call of one, while something of that folder runs.
 */
const faulty = `
Error.stackTraceLimit = 100;
module.exports = ({ typescript }) => {
  let part = null;
  const fail = () => {
    if (part !== null && new Error().stack.includes(part)) throw new Error("injected");
  };
  const calls = new Map();
  const broken = new Proxy(typescript, {
    get(target, name) {
      fail();
      const member = target[name];
      if (typeof member !== "function") return member;
      if (!calls.has(member)) {
        calls.set(member, (...args) => {
          fail();
          return member(...args);
        });
      }
      return calls.get(member);
    },
  });
  const plugin = require("convoy/language-service-plugin")({ typescript: broken });
  return {
    create: plugin.create,
    onConfigurationChanged: (configuration) => {
      part = configuration.part;
    },
  };
};
`;

/** The folders of the plugin and of the compiler that it runs, each as a stack shows it. */
const parts = [
  "language-service-plugin/project/schema-cache",
  "language-service-plugin/project/file-cache",
  "language-service-plugin/project/module-names",
  "language-service-plugin/names",
  "language-service-plugin/diagnostics",
  "language-service-plugin/completions",
  "language-service-plugin/hover",
  "language-service-plugin/definition",
  "language-service-plugin/references",
  "language-service-plugin/rename",
  "compiler/syntax",
  "compiler/rules/functions/floating-database-call",
  "compiler/transformer/to-ts-diagnostic",
  "compiler/hosts",
];

const text = moduleOf(
  'ctx.db.insert("users", { deviceId: 1, createdAt: 0 });\n    return ctx.db.query("projects").withIndex("by_userId").collect();',
  "mutation",
);
const at = { line: 10, offset: 50 };
/** The name of the function. */
const atName = { line: 6, offset: 14 };
const whole = { startLine: 1, startOffset: 1, endLine: 12, endOffset: 1 };
const requests: readonly (readonly [string, object])[] = [
  ["semanticDiagnosticsSync", {}],
  ["suggestionDiagnosticsSync", {}],
  ["getCodeFixes", { ...whole, errorCodes: [992010] }],
  ["completionInfo", at],
  ["completionEntryDetails", { ...at, entryNames: ["by_userId"] }],
  ["quickinfo", at],
  ["definitionAndBoundSpan", at],
  ["definition", atName],
  ["references", at],
  ["rename", at],
];

test("every answer survives a fault in what makes it, at whatever point", async () => {
  const config = tsconfig.replace("convoy/language-service-plugin", "faulty");
  await using project = await editorProject({
    [file]: text,
    "tsconfig.json": config,
    "node_modules/faulty/index.js": faulty,
  });
  const log = path.join(project.root, "tsserver.log");
  await using editor = new Editor("typescript", ["--logVerbosity", "normal", "--logFile", log]);
  const edited = editor.project(project);
  const inject = (part: string | null) =>
    editor.request("configurePlugin", { pluginName: "faulty", configuration: { part } });
  const schema = await project.read("convoy/schema.ts");
  let edits = 0;
  // Another text each time, so that nothing is known of it already.
  const edit = async () => {
    edits++;
    await edited.type("convoy/schema.ts", `${schema}// ${edits}\n`);
    await edited.type(file, `${text}// ${edits}\n`);
  };

  await edit();
  const sound = new Map<string, unknown>();
  for (const [command, args] of requests) {
    sound.set(command, await edited.request(command, file, args));
  }
  // Of a plugin that fails at once, TypeScript's own answers are left.
  const bare = new Map<string, unknown>();
  await inject("language-service-plugin");
  for (const [command, args] of requests) {
    await edit();
    bare.set(command, await edited.request(command, file, args).catch(String));
  }
  expect(bare.get("semanticDiagnosticsSync")).toMatchObject([{ code: 2322 }]);
  expect(bare.get("completionInfo")).toMatchObject({ entries: [{ name: "by_userId" }] });

  for (const part of parts) {
    await edit();
    await inject(part);
    const before = await faultsIn(log);
    for (const [command, args] of requests) {
      const answer = partOf(command, await edited.request(command, file, args).catch(String));
      const possible = [sound, bare].map((answers) => partOf(command, answers.get(command)));
      if (command === "semanticDiagnosticsSync") possible.push(...withoutSome(possible));
      expect.soft(possible, `${command}, ${part}`).toContainEqual(answer);
    }
    expect.soft(await faultsIn(log), part).toBeGreaterThan(before);
  }
  await inject(null);
  await edit();
  for (const [command, args] of requests) {
    expect(await edited.request(command, file, args), command).toEqual(sound.get(command));
  }
});

/** An answer about references has the words of a hover beside them, and either may fail by itself. */
function partOf(command: string, answer: unknown): unknown {
  return command === "references" ? (answer as { readonly refs?: unknown }).refs : answer;
}

async function faultsIn(log: string): Promise<number> {
  return (await readFile(log, "utf8")).split("failed. Error: injected").length - 1;
}

/** A rule that fails costs its findings and no more. */
function withoutSome([whole]: readonly unknown[]): readonly unknown[] {
  const all = whole as readonly unknown[];
  return all.map((left) => all.filter((found) => found !== left));
}
