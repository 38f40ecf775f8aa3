import type { Analysis, Session } from "../../compiler/session.js";
import type { Clock } from "../clock.js";
import type { GeneratedFiles } from "../generated-files.js";

/** What `convoy codegen` did. Paths are absolute. */
export type CodegenEvent =
  | {
      readonly kind: "written";
      readonly analysis: Analysis;
      /** Empty where nothing had changed. */
      readonly files: readonly string[];
      readonly milliseconds: number;
    }
  | {
      readonly kind: "compared";
      readonly analysis: Analysis;
      /** What is missing, differs or is left over. */
      readonly drifted: readonly string[];
      readonly milliseconds: number;
    }
  /** Errors kept the code from being made. */
  | { readonly kind: "blocked"; readonly analysis: Analysis; readonly milliseconds: number };

/** Generates the code of a project once. */
export function* runCodegen(options: {
  readonly session: Session;
  readonly generated: GeneratedFiles;
  /** Compare only: write nothing. */
  readonly check: boolean;
  readonly clock: Clock;
}): Generator<CodegenEvent, void, void> {
  const { session, generated, clock } = options;
  const started = clock.now();
  const analysis = session.analyse();
  const { files } = analysis;
  const milliseconds = (): number => clock.now() - started;
  if (files === null) {
    yield { kind: "blocked", analysis, milliseconds: milliseconds() };
  } else if (options.check) {
    const drifted = generated.check(files);
    yield { kind: "compared", analysis, drifted, milliseconds: milliseconds() };
  } else {
    const written = generated.write(files);
    yield { kind: "written", analysis, files: written, milliseconds: milliseconds() };
  }
}

/** Whether the command should fail for it. */
export function isFailed(event: CodegenEvent): boolean {
  return (
    event.kind === "blocked" ||
    (event.kind === "compared" && event.drifted.length > 0) ||
    event.analysis.diagnostics.some(({ severity }) => severity === "error")
  );
}
