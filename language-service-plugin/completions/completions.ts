import type ts from "typescript";
import { literalAt, textSpan } from "../names/literal-at.js";
import type { View } from "../project/views.js";
import { namePlace } from "./name-place.js";
import { type Offer, offersFor } from "./offers.js";

interface Found {
  readonly offers: readonly Offer[];
  /** What an accepted name replaces. */
  readonly span: ts.TextSpan;
}

/** TypeScript's completions, or ours where a name of the schema belongs. */
export function withCompletions(
  view: View,
  position: number,
  given: ts.WithMetadata<ts.CompletionInfo> | undefined,
): ts.WithMetadata<ts.CompletionInfo> | undefined {
  const found = offersAt(view, position);
  if (found === null) return given;
  const { offers, span } = found;
  const kind = view.ts.ScriptElementKind.string;
  const entries = offers.map(
    ({ name, note }, at): ts.CompletionEntry => ({
      name,
      kind,
      kindModifiers: "",
      sortText: `0${String(at).padStart(4, "0")}`,
      replacementSpan: span,
      labelDetails: { description: note },
    }),
  );
  // While part of the schema cannot be read, TypeScript may know names that we do not.
  const knowsAll = view.schema?.problems.length === 0;
  const names = new Set(offers.map(({ name }) => name));
  const others = knowsAll ? [] : (given?.entries ?? []).filter(({ name }) => !names.has(name));
  return {
    isGlobalCompletion: false,
    isMemberCompletion: false,
    isNewIdentifierLocation: false,
    ...given,
    entries: [...entries, ...others],
  };
}

/** What an editor shows beside one of our completions; `undefined` for others. */
export function completionDetails(
  view: View,
  position: number,
  name: string,
): ts.CompletionEntryDetails | undefined {
  const offer = offersAt(view, position)?.offers.find((candidate) => candidate.name === name);
  if (offer === undefined) return undefined;
  return {
    name,
    kind: view.ts.ScriptElementKind.string,
    kindModifiers: "",
    displayParts: [{ kind: "text", text: `${name}: ${offer.note}` }],
    documentation: [{ kind: "text", text: offer.documentation }],
    tags: [],
  };
}

function offersAt({ ts: typescript, sourceFile, schema }: View, position: number): Found | null {
  const literal = schema && literalAt(typescript, sourceFile, position);
  if (!schema || !literal) return null;
  const place = namePlace(typescript, sourceFile, literal);
  const offers = place && offersFor(schema, place);
  if (!offers) return null;
  const { start, end } = textSpan(sourceFile, literal);
  // A literal that is not closed yet goes on to the end of its line.
  const isClosed = end < literal.end;
  return { offers, span: { start, length: (isClosed ? end : position) - start } };
}
