import { invalidValue } from "./errors.js";
import { textProblem } from "./text.js";
import { ABSENT_RANK, classOf, NULL_RANK, rankOf, STRUCTURE_RANK } from "./value-class.js";

/**
 * Values as bytes whose order is that of the Postgres index over them: value after value, each with
 * its rank before it. No value's bytes are the beginning of another's, so keys can be joined, and
 * the key of the first values is a prefix of the keys of all documents that have these.
 *
 * @throws {ConvoyError} `invalid-value` for NaN, an invalid Date and text that cannot be stored.
 */
export function encodeIndexKey(values: readonly unknown[]): Uint8Array {
  return Buffer.concat(values.flatMap(encodeValue));
}

/**
 * The smallest key above all that begin with `key`; `null` where there is none, since all keys
 * begin with the empty one.
 */
export function prefixEnd(key: Uint8Array): Uint8Array | null {
  let length = key.length;
  while (length > 0 && key[length - 1] === 0xff) length -= 1;
  if (length === 0) return null;
  const end = key.slice(0, length);
  end[length - 1] = (end[length - 1] ?? 0) + 1;
  return end;
}

const absent = Uint8Array.of(ABSENT_RANK);
const nothing = Uint8Array.of(NULL_RANK);
const structure = Uint8Array.of(STRUCTURE_RANK);

function encodeValue(value: unknown): readonly Uint8Array[] {
  if (value === undefined) return [absent];
  if (value === null) return [nothing];
  const valueClass = classOf(value);
  if (valueClass === null) return [structure];
  return [Uint8Array.of(rankOf(valueClass)), encodeScalar(value)];
}

function encodeScalar(value: unknown): Uint8Array {
  switch (typeof value) {
    case "string":
      return encodeText(value);
    case "boolean":
      return Uint8Array.of(value ? 1 : 0);
    case "number":
      return encodeNumber(value);
    case "bigint":
      return encodeBigint(value);
    default:
      return value instanceof Date
        ? encodeNumber(value.getTime())
        : escapeBytes(value as Uint8Array);
  }
}

/** UTF-8 and a zero, which no text contains. */
function encodeText(text: string): Uint8Array {
  const problem = textProblem(text);
  if (problem !== null) throw invalidValue("A text in the key of an index", `contains ${problem}.`);
  return Buffer.from(`${text}\0`);
}

/** IEEE 754 orders positive numbers as their bits are, negative ones the other way round. */
function encodeNumber(number: number): Uint8Array {
  if (Number.isNaN(number))
    throw invalidValue("A number or Date in the key of an index", "is NaN.");
  const bytes = Buffer.alloc(8);
  // Plus zero makes zero of minus zero.
  bytes.writeDoubleBE(number + 0);
  if (number < 0) invert(bytes);
  else bytes[0] = (bytes[0] ?? 0) | 0x80;
  return bytes;
}

/** The sign, the number of bytes, and the bytes; below zero, all of it the other way round. */
function encodeBigint(value: bigint): Uint8Array {
  const digits = (value < 0n ? -value : value).toString(16);
  const magnitude = Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
  const bytes = Buffer.alloc(5 + magnitude.length);
  bytes[0] = 0x80;
  bytes.writeUInt32BE(magnitude.length, 1);
  bytes.set(magnitude, 5);
  if (value < 0n) invert(bytes);
  return bytes;
}

/** A zero inside is followed by 255, so that the two zeros at the end come before it. */
function escapeBytes(bytes: Uint8Array): Uint8Array {
  const escaped: number[] = [];
  for (const byte of bytes) {
    escaped.push(byte);
    if (byte === 0) escaped.push(0xff);
  }
  return Uint8Array.from([...escaped, 0, 0]);
}

function invert(bytes: Uint8Array): void {
  for (const [index, byte] of bytes.entries()) bytes[index] = byte ^ 0xff;
}
