import type { Session } from "../../compiler/session.js";
import { printWatch } from "../codegen/print.js";
import type { Environment } from "../environment.js";
import { printFailure } from "../failure.js";
import { count, duration } from "../printable.js";
import { printSync } from "../sync/print-sync.js";
import type { DevEvent } from "./run.js";

/** Whether `convoy dev --once` should fail for it. */
export function isFailure(event: DevEvent): boolean {
  if (event.kind === "held back") return true;
  if (event.kind !== "analysed") return false;
  return (
    event.written === null ||
    event.analysis.diagnostics.some(({ severity }) => severity === "error")
  );
}

export function printAddress(port: number, { out }: Environment): void {
  const { bold, gray } = out.colors;
  out.write(`Functions ${bold(`http://localhost:${port}`)} ${gray("(Ctrl-C ends it)")}\n`);
}

export function printOutput(text: string, { out }: Environment): void {
  out.write(text);
}

export function printCrash({ err }: Environment): void {
  err.write(
    `${err.colors.red("error")} The process that serves the functions has ended. The next edit starts it again.\n`,
  );
}

export function printDev(
  event: DevEvent,
  session: Pick<Session, "project" | "readText">,
  environment: Environment,
): void {
  const { out } = environment;
  const { green, yellow, gray } = out.colors;
  switch (event.kind) {
    case "synced":
      printSync(event.result, out);
      break;
    case "serving": {
      const functions = count(event.functions, "function");
      const time = gray(`(${duration(event.milliseconds)})`);
      out.write(`${green("ready")} ${functions} ${time}\n`);
      break;
    }
    case "held back":
      printFailure(event.error, environment);
      if (event.serving) {
        out.write(`${yellow("held back")} What was served before is served still.\n`);
      }
      break;
    case "crashed":
      printCrash(environment);
      break;
    default:
      printWatch(event, session, environment);
  }
}
