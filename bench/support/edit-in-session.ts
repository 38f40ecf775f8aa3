/** Run in a process of its own: opens a session, edits files and prints how long each step took. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { writeGenerated } from "../../compiler/emit/write.js";
import { loadTypeScript } from "../../compiler/hosts/typescript/load.js";
import { createSession } from "../../compiler/session.js";
import type { SessionTimes } from "../benchmarks/after-edit.js";
import { editedText } from "./edited-text.js";

const [dir = ".", edits = "5", clock = "wall"] = process.argv.slice(2);
const session = createSession({ ts: loadTypeScript(), root: dir });
const times = {
  firstMs: analyse([]),
  editMs: measureEdits("convoy/functions/users.ts", editedText),
  schemaEditMs: measureEdits("convoy/schema.ts", (text, run) =>
    text.replace("name: z.string()", `name${run}: z.string().optional(),\n    name: z.string()`),
  ),
} satisfies SessionTimes;
process.stdout.write(JSON.stringify(times));

function measureEdits(file: string, edit: (text: string, run: number) => string): number[] {
  const target = path.join(dir, file);
  const original = readFileSync(target, "utf8");
  const times = Array.from({ length: Number(edits) }, (_, run) => {
    writeFileSync(target, edit(original, run));
    return analyse([target]);
  });
  writeFileSync(target, original);
  analyse([target]);
  return times;
}

function now(): number {
  if (clock === "wall") return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** From a saved file to generated code on disk. */
function analyse(changed: readonly string[]): number {
  const started = now();
  session.invalidate(changed);
  const { diagnostics, files } = session.analyse();
  const written = writeGenerated(files ?? new Map());
  const elapsed = now() - started;
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (error !== undefined) throw new Error(`${error.span.file}: ${error.message}`);
  if (changed.length > 0 && written.length === 0) throw new Error("The edit changed no code.");
  return elapsed;
}
