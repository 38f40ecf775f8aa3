import { escapeIdentifier, escapeLiteral } from "pg";

/** A name as SQL: `"userId"`. */
export function identifier(name: string): string {
  return escapeIdentifier(name);
}

/** A name inside a schema: `"public"."users"`. */
export function qualified(schema: string, name: string): string {
  return `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
}

/** A text as SQL: for names of fields, which must be written out for an index to be used. */
export function literal(text: string): string {
  return escapeLiteral(text);
}
