/** `convoy check`, `tspc` and the editor say the same of every rule's fixture. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fixtureRoot } from "../support/analyse.js";
import { tempProject } from "../support/temp-project.js";
import { runTspc } from "../support/tspc.js";
import { Editor } from "./editor.js";
import { tsconfig } from "./project.js";

const names = readdirSync(fixtureRoot("rules"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .toSorted();

/** What `convoy check` says, from the files that keep it: `error CV2001 convoy/a.ts:1:2 message`. */
function checked(name: string): readonly string[] {
  const golden = path.join(import.meta.dirname, "..", "golden", "rules", `${name}.txt`);
  const found = readFileSync(golden, "utf8").matchAll(/^(\w+ CV\d+ \S+)\n {2}(.*)$/gm);
  return [...found].map(([, start, message]) => `${start} ${message}`).toSorted();
}

const severities: Readonly<Record<string, string>> = { message: "suggestion" };

/** What is said of files that no program has is said of no file, and so of no fixture. */
const withoutPlace: Readonly<Record<string, string>> = {
  CV1001: "missing-schema",
  CV2016: "function-name-conflict",
};

/** Where `projects.ts` is, TypeScript leaves `projects.tsx` out, and editors check no such file. */
const notInPrograms = / convoy\/functions\/projects\.tsx:1:1 /;

/** The same, of a file that is in no program: its name is at the end then. */
function asBuilt(line: string): string {
  const [, severity, code, file, message] = /^(\w+) (\w+) (\S+?):\d+:\d+ (.*)$/.exec(line)!;
  return `${severity} ${code}  ${message} (${file})`;
}

/** What a build of all fixtures printed, by fixture. */
function built(output: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>(names.map((name) => [name, []]));
  const lines = /^(?:([\w-]+)\/(.*?)\((\d+),(\d+)\): )?(\w+) TS\d+: (CV\d+): (.*)$/gm;
  for (const [, name, file, line, column, category, code, message] of output.matchAll(lines)) {
    const severity = severities[category!] ?? category;
    const place = name === undefined ? "" : `${file}:${line}:${column}`;
    found.get(name ?? withoutPlace[code!] ?? "")?.push(`${severity} ${code} ${place} ${message}`);
  }
  return found;
}

/** As many as one process builds in a moment, on a machine that does other work too. */
const atOnce = 17;
const groups = names.flatMap((_, at) => (at % atOnce === 0 ? [names.slice(at, at + atOnce)] : []));

let editor: Editor;
beforeAll(() => {
  editor = new Editor("typescript");
});
afterAll(() => editor[Symbol.asyncDispose]());

test.each(groups)("check, tspc and the editor say the same of %s and more", async (...group) => {
  await using project = await tempProject("rules");
  const plugin = {
    name: "convoy/language-service-plugin",
    transform: "convoy/transformer",
    transformProgram: true,
  };
  const config = JSON.parse(tsconfig) as { compilerOptions: object };
  const text = JSON.stringify({
    ...config,
    // Some rules know `fetch` and the like.
    compilerOptions: { ...config.compilerOptions, lib: ["es2023", "dom"], plugins: [plugin] },
  });
  for (const name of group) await project.write(`${name}/tsconfig.json`, text);
  const { output } = await runTspc(project, ["--build", ...group]);
  const byBuild = built(output);

  const shown = editor.project(project);
  for (const name of group) {
    const inEditor: string[] = [];
    const files = readdirSync(path.join(project.root, name), { recursive: true, encoding: "utf8" })
      .map((file) => file.replaceAll("\\", "/"))
      .filter((file) => /\.tsx?$/.test(file) && !file.includes("_generated/"));
    for (const file of files) {
      const inRoot = `${name}/${file}`;
      await shown.type(inRoot, await project.read(inRoot));
      for (const { category, start, text: said } of await shown.ours(inRoot)) {
        // That generated code is old is said in the editor alone, and no rule's finding.
        if (!said.startsWith("CV")) continue;
        const [, code, message] = /^(CV\d+): (.*)$/s.exec(said)!;
        const isElsewhere = code === "CV1001";
        const place = isElsewhere ? "" : `${file}:${start.line}:${start.offset}`;
        inEditor.push(`${category} ${code} ${place} ${message}`);
      }
    }
    await editor.closeAll();
    const expected = checked(name).map((line) =>
      line.includes(" CV1001 ") || notInPrograms.test(line) ? asBuilt(line) : line,
    );
    expect.soft(byBuild.get(name)?.toSorted(), `tspc: ${name}`).toEqual(expected.toSorted());
    const inPrograms = expected.filter(
      (line) => !line.endsWith(" (convoy/functions/projects.tsx)"),
    );
    expect.soft(inEditor.toSorted(), `the editor: ${name}`).toEqual(inPrograms.toSorted());
  }
});
