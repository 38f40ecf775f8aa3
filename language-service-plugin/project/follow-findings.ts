import type { ConvoyDiagnostic } from "../../compiler/model/diagnostic.js";
import type { SourceSpan } from "../../compiler/model/facts.js";
import type { FoundInStatements } from "../../compiler/rules/rule-run.js";
import type { FollowedEdit } from "./followed-statements.js";

/**
 * Follows what was found in the statements of a file through an edit: what goes on to hold has its
 * places as they are now, and what points into a statement that has changed is removed, to be found
 * again.
 */
export function followFindings(
  found: FoundInStatements,
  { stayed, gone }: FollowedEdit,
  file: string,
): void {
  for (const statement of gone) found.delete(statement);
  const moved = (span: SourceSpan): SourceSpan | null => {
    if (span.file !== file) return span;
    const around = stayed.find(
      ({ node, start }) =>
        span.start >= start && span.start + span.length <= start + (node.end - node.pos),
    );
    if (around === undefined) return null;
    return around.distance === 0 ? span : { ...span, start: span.start + around.distance };
  };
  for (const { node, before } of stayed) {
    const findings = found.get(before);
    if (findings === undefined || (findings.length === 0 && node === before)) continue;
    found.delete(before);
    const after = findings.map((finding) => movedFinding(finding, moved));
    if (after.includes(null)) continue;
    found.set(
      node,
      after.filter((finding) => finding !== null),
    );
  }
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
