/**
 * Runs the documents. A `ts` block is a file, named by the comment in its first line; one that is
 * marked `wrong` is there only for the next `console` block, which shows what is said of it. Every
 * command that a `console` block shows is run, and prints what is shown. What stands at the end of
 * a document must pass `convoy codegen`, `convoy check` and `tsc`.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { runConvoy } from "../cli/run-convoy.js";
import { runHere } from "../cli/run-here.js";
import { type TempProject, tempProject } from "../support/temp-project.js";
import { typeErrors } from "../support/type-errors.js";
import { type Block, commandsOf, fileOf, readBlocks } from "./document.js";

const repository = path.join(import.meta.dirname, "..", "..");
const documents = [
  "README.md",
  ...readdirSync(path.join(repository, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const blocksOf = (document: string): readonly Block[] =>
  readBlocks(readFileSync(path.join(repository, document), "utf8"));

const withExamples = documents.filter((document) =>
  blocksOf(document).some((block) => fileOf(block) !== null),
);

test.each(withExamples)("the examples of %s do what it says", async (document) => {
  await using project = await tempProject("quickstart", { without: ["convoy"], drizzle: true });
  let restore: (() => Promise<void>) | null = null;
  for (const block of blocksOf(document)) {
    const file = fileOf(block);
    if (file !== null) {
      if (block.info.includes("wrong")) {
        const before = await project.read(file);
        restore = () => project.write(file, before);
      }
      await project.write(file, block.text);
    }
    if (block.language === "console") {
      for (const { args, output } of commandsOf(block)) {
        const { stdout } = await runConvoy(args, { cwd: project.root });
        expect(comparable(stdout, project), `${document}:${block.line}`).toBe(comparable(output));
      }
      await restore?.();
      restore = null;
    }
  }
  for (const command of ["codegen", "check"]) {
    const { exitCode, output } = await runHere([command], project.root);
    expect(exitCode, output).toBe(0);
  }
  const tsconfig = path.join(project.root, "tsconfig.json");
  expect(typeErrors(tsconfig, { compilerOptions: { jsx: ts.JsxEmit.ReactJSX } })).toBe("");
});

test.each(documents)("the commands of %s exist, with their options", async (document) => {
  const shown = blocksOf(document)
    .filter(({ language }) => language === "sh" || language === "console")
    .flatMap(({ text }) => [...text.matchAll(/(?:npx|\$) convoy (\w+)([^#\n]*)/g)]);
  const help = new Map<string, string>();
  for (const [line, command, rest] of shown) {
    if (!help.has(command!)) {
      const { output } = await runHere([command!, "--help"], repository);
      help.set(command!, output);
    }
    for (const [option] of rest!.matchAll(/--[\w-]+/g)) {
      expect(help.get(command!), `${document}: ${line}`).toContain(option);
    }
  }
  expect([...help.values()].every((text) => text.startsWith("Usage: convoy "))).toBe(true);
});

/** How long something took, and where, is not the document's to say. */
function comparable(text: string, project?: TempProject): string {
  const root = project?.root.replaceAll("\\", "/") ?? "/path/to/app";
  return text.replaceAll(root, "<root>").replaceAll(/\([\d.]+ m?s\)/g, "(time)");
}
