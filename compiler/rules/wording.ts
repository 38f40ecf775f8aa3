import type { IndexFacts, SourceSpan, TableFacts } from "../model/facts.js";
import type { RelatedPlace } from "../model/diagnostic.js";

const longestList = 12;

/** `a, b, c`, cut where nobody would read on. */
export function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  if (names.length <= longestList) return names.join(", ");
  return `${names.slice(0, longestList).join(", ")} and ${names.length - longestList} more`;
}

/** `"a", "b" and "c"`. */
export function quotedList(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  const last = quoted.pop() ?? "";
  return quoted.length === 0 ? last : `${quoted.join(", ")} and ${last}`;
}

export function aOrAn(word: string): string {
  return /^[aeiou]/i.test(word) ? `an ${word}` : `a ${word}`;
}

/** `["userId", "createdAt"]`: an index's fields as schema.ts writes them. */
export function fieldList(fields: readonly string[]): string {
  return `[${fields.map((field) => JSON.stringify(field)).join(", ")}]`;
}

export function tablePlace(table: TableFacts): RelatedPlace {
  return { message: `Table "${table.name}" is defined here.`, span: table.span };
}

export function indexPlace(index: IndexFacts): RelatedPlace {
  return {
    message: `Index "${index.name}" is ${fieldList(index.fields)}.`,
    span: index.span,
  };
}

/** The place before a file's first letter. */
export function startOf(file: string): SourceSpan {
  return { file, start: 0, length: 0 };
}

/** A phrase with a full stop, unless it has its end already. */
export function asSentence(phrase: string): string {
  return /[.!?]$/.test(phrase) ? phrase : `${phrase}.`;
}
