import path from "node:path";
import type { Session } from "../../compiler/session.js";
import { printBugs, printDiagnostics, summarize } from "../diagnostics/text.js";
import type { Environment } from "../environment.js";
import { printFailure } from "../failure.js";
import { count, displayPath, duration } from "../printable.js";
import type { WatchEvent } from "../watch/watch-project.js";
import type { CodegenEvent } from "./run.js";

/** More names than this would not be read. */
const MOST_NAMES = 10;

export function printCodegen(
  event: CodegenEvent,
  session: Pick<Session, "project" | "readText">,
  environment: Environment,
): void {
  const { out, err, cwd } = environment;
  const folder = displayPath(cwd, session.project.generatedDir);
  const { diagnostics } = event.analysis;
  switch (event.kind) {
    case "written":
      out.write(`${written(event.files, event.milliseconds, folder, session)}\n`);
      break;
    case "compared":
      printDrift(event.drifted, folder, environment);
      break;
    case "blocked":
      break;
  }
  printBugs(event.analysis, err);
  printDiagnostics(diagnostics, session, cwd, out);
  if (event.kind === "blocked") {
    out.write(`${summarize(diagnostics)} ${folder} was left as it is.\n`);
  } else if (diagnostics.length > 0) {
    out.write(`${summarize(diagnostics)}\n`);
  }
}

function printDrift(drifted: readonly string[], folder: string, { out, cwd }: Environment): void {
  if (drifted.length === 0) {
    out.write(`${folder} is up to date.\n`);
    return;
  }
  const files = count(drifted.length, "file");
  const verb = drifted.length === 1 ? "is" : "are";
  out.write(out.colors.red(`${files} in ${folder} ${verb} out of date: run convoy codegen.\n`));
  for (const file of drifted) out.write(`  ${displayPath(cwd, file)}\n`);
}

/** `Wrote 2 files to convoy/_generated: api.ts, dataModel.ts (48 ms).` */
function written(
  files: readonly string[],
  milliseconds: number,
  folder: string,
  { project }: Pick<Session, "project">,
): string {
  const time = `(${duration(milliseconds)})`;
  if (files.length === 0) return `${folder} is up to date ${time}.`;
  const names = files
    .map((file) => displayPath(project.generatedDir, file))
    .toSorted()
    .slice(0, MOST_NAMES);
  const rest = files.length - names.length;
  const list = rest > 0 ? `${names.join(", ")} and ${rest} more` : names.join(", ");
  return `Wrote ${count(files.length, "file")} to ${folder}: ${list} ${time}.`;
}

export function printWatchStart(
  { project }: Pick<Session, "project">,
  { cwd, out }: Environment,
): void {
  const folder = displayPath(cwd, project.convoyDir);
  out.write(out.colors.gray(`Watching ${folder} for changes. Ctrl-C ends it.\n`));
}

export function printWatch(
  event: WatchEvent,
  session: Pick<Session, "project" | "readText">,
  environment: Environment,
): void {
  const { out, cwd } = environment;
  const folder = displayPath(cwd, session.project.generatedDir);
  switch (event.kind) {
    case "analysed": {
      const { analysis, milliseconds } = event;
      const codegen: CodegenEvent =
        event.written === null
          ? { kind: "blocked", analysis, milliseconds }
          : { kind: "written", analysis, files: event.written, milliseconds };
      printCodegen(codegen, session, environment);
      break;
    }
    case "healed":
      out.write(`Restored ${names(event.written)} in ${folder}.\n`);
      break;
    case "contended":
      out.write(
        `${out.colors.yellow("warning")} Another program keeps changing ${names(event.drifted)} in ${folder}, so it is left alone until the next edit. Exclude ${folder} from formatters and other generators.\n`,
      );
      break;
    case "failed":
      printFailure(event.error, environment);
      break;
  }
}

function names(files: readonly string[]): string {
  return files.length === 1 ? path.basename(files[0]!) : count(files.length, "file");
}
