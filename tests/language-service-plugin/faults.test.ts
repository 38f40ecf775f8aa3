/** A fault in any part of the plugin costs that one answer, is logged, and tsserver lives. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { Editor } from "./editor.js";
import { editorProject, moduleOf, tsconfig } from "./project.js";

const file = "convoy/functions/scratch.ts";

/**
 * A plugin that is ours with a TypeScript that breaks: once it is told to, the access to a member of
 * it after `after` others throws. Whatever the plugin does, it does with that.
 */
const faulty = `
module.exports = ({ typescript }) => {
  let left = Infinity;
  const broken = new Proxy(typescript, {
    get(target, name) {
      if (left-- <= 0) throw new Error("injected");
      return target[name];
    },
  });
  const plugin = require("convoy/language-service-plugin")({ typescript: broken });
  return {
    create: (info) => {
      if (info.config.atStart) left = 0;
      return plugin.create(info);
    },
    onConfigurationChanged: ({ after }) => {
      left = after ?? Infinity;
    },
  };
};
`;

const text = moduleOf(
  'ctx.db.insert("users", { deviceId: 1, createdAt: 0 });\n    return ctx.db.query("projects").withIndex("by_userId").collect();',
  "mutation",
);
const at = { line: 10, offset: 50 };
const whole = { startLine: 1, startOffset: 1, endLine: 12, endOffset: 1 };
const requests: readonly (readonly [string, object])[] = [
  ["semanticDiagnosticsSync", {}],
  ["suggestionDiagnosticsSync", {}],
  ["getCodeFixes", { ...whole, errorCodes: [992010] }],
  ["completionInfo", at],
  ["completionEntryDetails", { ...at, entryNames: ["by_userId"] }],
  ["quickinfo", at],
  ["definitionAndBoundSpan", at],
  ["definition", at],
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
  const inject = (after: number | null) =>
    editor.request("configurePlugin", { pluginName: "faulty", configuration: { after } });
  let edits = 0;
  // Another text each time, so that nothing is known of it already.
  const edit = () => edited.type(file, `${text}// ${++edits}\n`);

  await edit();
  const sound = new Map<string, unknown>();
  for (const [command, args] of requests) {
    sound.set(command, await edited.request(command, file, args));
  }
  // Of a plugin that fails at once, TypeScript's own answers are left.
  const bare = new Map<string, unknown>();
  await inject(0);
  for (const [command, args] of requests) {
    await edit();
    bare.set(command, await edited.request(command, file, args).catch(String));
  }
  expect(bare.get("semanticDiagnosticsSync")).toMatchObject([{ code: 2322 }]);
  expect(bare.get("completionInfo")).toMatchObject({ entries: [{ name: "by_userId" }] });

  for (const after of [1, 30, 300, 3000]) {
    for (const [command, args] of requests) {
      await edit();
      await inject(after);
      const answer = await edited.request(command, file, args).catch(String);
      expect([sound.get(command), bare.get(command)], `${command}, ${after}`).toContainEqual(
        answer,
      );
    }
  }
  await inject(null);
  await edit();
  for (const [command, args] of requests) {
    expect(await edited.request(command, file, args), command).toEqual(sound.get(command));
  }
  const logged = await readFile(log, "utf8");
  for (const feature of ["reading the project", "diagnostics", "completions", "hover", "rename"]) {
    expect(logged).toContain(`convoy: ${feature} failed. Error: injected`);
  }
});
