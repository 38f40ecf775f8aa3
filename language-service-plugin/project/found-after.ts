import type { ConvoyDiagnostic } from "../../compiler/model/diagnostic.js";
import type { SourceSpan } from "../../compiler/model/facts.js";
import type { FoundInStatements } from "../../compiler/rules/rule-run.js";
import type { StayedStatement } from "./stayed-statements.js";

/**
 * What was found in the statements of a file that an edit has left as they were, with its places as
 * they are now. What points into a statement that has changed is left out, to be found again.
 */
export function foundAfter(
  before: FoundInStatements,
  stayed: readonly StayedStatement[],
  file: string,
): FoundInStatements {
  const found: FoundInStatements = new Map();
  const moved = (span: SourceSpan): SourceSpan | null => {
    if (span.file !== file) return span;
    const around = stayed.find(
      ({ node, start }) =>
        span.start >= start && span.start + span.length <= start + (node.end - node.pos),
    );
    if (around === undefined) return null;
    return around.distance === 0 ? span : { ...span, start: span.start + around.distance };
  };
  for (const { node, before: twin } of stayed) {
    const findings = before.get(twin)?.map((finding) => movedFinding(finding, moved));
    if (findings === undefined || findings.includes(null)) continue;
    found.set(
      node,
      findings.filter((finding) => finding !== null),
    );
  }
  return found;
}

/** `null` where one of its places is gone. */
function movedFinding(
  finding: ConvoyDiagnostic,
  moved: (span: SourceSpan) => SourceSpan | null,
): ConvoyDiagnostic | null {
  let isWhole = true;
  const place = <Placed extends { readonly span: SourceSpan }>(placed: Placed): Placed => {
    const span = moved(placed.span);
    if (span === null) isWhole = false;
    return span === null || span === placed.span ? placed : { ...placed, span };
  };
  const { related, fixes } = finding;
  const after = {
    ...place(finding),
    ...(related && { related: related.map((one) => place(one)) }),
    ...(fixes && { fixes: fixes.map((fix) => ({ ...fix, edits: fix.edits.map(place) })) }),
  };
  return isWhole ? after : null;
}
