import type { SourceSpan } from "./facts.js";

export type Severity = "error" | "warning" | "suggestion";

/** A finding about a project's source: the same in `tspc`, `convoy check` and the editor. */
export interface ConvoyDiagnostic {
  /** Stable: `CV1004`. */
  readonly code: string;
  /** The rule's name: `unknown-ref-table`. */
  readonly rule: string;
  readonly severity: Severity;
  /** What happened, where, and the fix. */
  readonly message: string;
  readonly span: SourceSpan;
  readonly related?: readonly RelatedPlace[];
  readonly fixes?: readonly QuickFix[];
}

export interface RelatedPlace {
  readonly message: string;
  readonly span: SourceSpan;
}

/** A change that mends a diagnostic. */
export interface QuickFix {
  /** Stable name of the kind of fix: `did-you-mean`, `add-index`. */
  readonly name: string;
  /** What the editor's menu says. */
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

/** Replaces the text of `span` (an insertion where its length is 0). */
export interface TextEdit {
  readonly span: SourceSpan;
  readonly newText: string;
}
