/**
 * A document id is a UUIDv7: 48 bits of milliseconds, the version, 12 bits with the number of the
 * table, the variant, and 62 bits that begin with a counter. Its text is the same everywhere.
 */
const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The most tables that a database has had, dropped ones included: what 12 bits hold. */
export const MAX_TABLE_NUMBER = 4095;

/** Whether `value` is an id in its one text form, of whatever table. */
export function isDocumentId(value: unknown): value is string {
  return typeof value === "string" && value.length === 36 && idPattern.test(value);
}

/** The number of the table that a well-formed id belongs to. */
export function tableNumberOf(id: string): number {
  return Number.parseInt(id.slice(15, 18), 16);
}

/** When the document was created, in milliseconds since 1970: `_creationTime`. */
export function creationTimeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8), 16) * 0x1_0000 + Number.parseInt(id.slice(9, 13), 16);
}
