import type { ProjectFacts } from "../../compiler/model/facts.js";
import type { Session } from "../../compiler/session.js";
import { type JsonDiagnostic, jsonDiagnostics } from "../diagnostics/json.js";
import { countSeverities, printBugs, printDiagnostics, summarize } from "../diagnostics/text.js";
import type { Environment } from "../environment.js";
import type { FailureReport } from "../failure.js";
import { count, listing } from "../printable.js";
import type { CheckEvent } from "./run.js";

export function printCheck(
  { analysis }: CheckEvent,
  session: Pick<Session, "project" | "readText">,
  { cwd, out, err }: Environment,
): void {
  const { diagnostics, facts } = analysis;
  printBugs(analysis, err);
  printDiagnostics(diagnostics, session, cwd, out);
  if (diagnostics.length > 0) out.write(`${summarize(diagnostics)}\n`);
  else out.write(`No problems found in ${facts === null ? "the project" : contents(facts)}.\n`);
}

function contents({ schema, modules }: ProjectFacts): string {
  const functions = modules.reduce((total, module) => total + module.functions.length, 0);
  return listing([count(schema.tables.length, "table"), count(functions, "function")]);
}

/**
 * What `convoy check --json` prints. Members may be added; the version changes when one changes its
 * meaning or goes.
 */
export type CheckDocument =
  | {
      readonly version: typeof DOCUMENT_VERSION;
      /** The absolute path of the project, which `file` is relative to. */
      readonly root: string;
      readonly diagnostics: readonly JsonDiagnostic[];
      readonly summary: {
        readonly errors: number;
        readonly warnings: number;
        readonly suggestions: number;
      };
    }
  /** The project could not be checked at all. */
  | { readonly version: typeof DOCUMENT_VERSION; readonly failure: FailureReport };

const DOCUMENT_VERSION = 1;

export function printCheckJson(
  { analysis }: CheckEvent,
  session: Pick<Session, "project" | "readText">,
  environment: Environment,
): void {
  const { diagnostics } = analysis;
  printBugs(analysis, environment.err);
  const { error, warning, suggestion } = countSeverities(diagnostics);
  printDocument(
    {
      version: DOCUMENT_VERSION,
      root: session.project.root,
      diagnostics: jsonDiagnostics(diagnostics, session),
      summary: { errors: error, warnings: warning, suggestions: suggestion },
    },
    environment,
  );
}

export function printFailureJson(failure: FailureReport, environment: Environment): void {
  printDocument({ version: DOCUMENT_VERSION, failure }, environment);
}

function printDocument(document: CheckDocument, { out }: Environment): void {
  out.write(`${JSON.stringify(document, null, 2)}\n`);
}
