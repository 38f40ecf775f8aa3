import type { KeyColumn, KeyType } from "../storage/key-column.js";
import { encodeIndexKey } from "./index-key.js";

/**
 * The key of a row, or its beginning, as a binary string: one character a byte, so that `<` compares
 * keys as Postgres compares the rows of the index. No key of some columns is the beginning of
 * another of as many columns.
 *
 * @param texts a value of each of the first columns in Postgres's text form; `null` is NULL, which
 *   comes first.
 * @throws {SyntaxError} for a numeric that is no integer, which no document holds.
 */
export function encodeKeyTexts(
  columns: readonly KeyColumn[],
  texts: readonly (string | null)[],
): string {
  let key = "";
  for (const [at, text] of texts.entries()) {
    key += text === null ? NULL : PRESENT + encodeText((columns[at] as KeyColumn).type, text);
  }
  return key;
}

/** The smallest key above all that begin with `key`; `null` where there is none. */
export function keyPrefixEnd(key: string): string | null {
  let length = key.length;
  while (length > 0 && key.charCodeAt(length - 1) === 0xff) length -= 1;
  if (length === 0) return null;
  return key.slice(0, length - 1) + String.fromCharCode(key.charCodeAt(length - 1) + 1);
}

const NULL = "\u0000";
const PRESENT = "\u0001";
const ABOVE_NUMBERS = "\u00ff".repeat(9);

function encodeText(type: KeyType, text: string): string {
  switch (type) {
    case "text":
    case "bytea":
      // The text of bytes is hexadecimal, which has their order.
      return `${utf8(text)}\0`;
    case "uuid":
      return text;
    case "boolean":
      return text.startsWith("t") ? "\u0001" : "\u0000";
    case "double precision":
      // Only SQL can write it, and Postgres has it above all numbers.
      return text === "NaN" ? ABOVE_NUMBERS : scalar(Number(text));
    case "timestamp(3) with time zone":
      return scalar(timeOf(text));
    case "bigint":
    case "numeric":
    case "integer":
      return scalar(BigInt(text));
  }
}

function utf8(text: string): string {
  // oxlint-disable-next-line no-control-regex -- ASCII is what is meant
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

function scalar(value: number | bigint): string {
  return Buffer.from(encodeIndexKey([value])).toString("latin1");
}

/** `2026-11-22 20:37:50.123+00`, or as in a document. */
function timeOf(text: string): number {
  if (text === "infinity") return Number.POSITIVE_INFINITY;
  if (text === "-infinity") return Number.NEGATIVE_INFINITY;
  const time = Date.parse(text.replace(" ", "T").replace(/\+00$/, "Z"));
  if (!Number.isNaN(time)) return time;
  // Before the year 1, or after 9999, which only SQL can write: between those and infinity.
  return text.endsWith("BC") ? -Number.MAX_VALUE : Number.MAX_VALUE;
}
