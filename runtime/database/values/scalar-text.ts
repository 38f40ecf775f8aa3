import { invalidValue } from "./errors.js";

/** Dates have a storage form from year 1 to year 9999, as text and as `timestamptz` alike. */
const earliest = new Date("0001-01-01T00:00:00.000Z").getTime();
const latest = new Date("9999-12-31T23:59:59.999Z").getTime();

/** ISO 8601 in UTC with milliseconds: ordered by its bytes, read by people and by Postgres. */
export function encodeDate(date: Date, where: string): string {
  const time = date.getTime();
  if (time >= earliest && time <= latest) return date.toISOString();
  throw invalidValue(
    where,
    Number.isNaN(time)
      ? "is an invalid Date. Check how it was made."
      : "is a Date outside the years 1 to 9999, which cannot be stored.",
  );
}

export function encodeBigint(value: bigint): string {
  return value.toString();
}

/** Postgres's own text form of `bytea`: `\x0aff`. */
export function encodeBytes(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`;
}

/** `null` where the text is no date. */
export function decodeDate(text: unknown): Date | null {
  if (typeof text !== "string") return null;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** `null` where it is no whole number. Plain SQL may have written a JSON number. */
export function decodeBigint(json: unknown): bigint | null {
  if (typeof json === "string" && /^-?\d+$/.test(json)) return BigInt(json);
  return typeof json === "number" && Number.isSafeInteger(json) ? BigInt(json) : null;
}

/** `null` where the text is not in hexadecimal. */
export function decodeBytes(text: unknown): Uint8Array | null {
  if (typeof text !== "string" || !/^\\x(?:[0-9a-f]{2})*$/i.test(text)) return null;
  return plainBytes(Buffer.from(text.slice(2), "hex"));
}

export function decodeBase64(text: unknown): Uint8Array | null {
  return typeof text === "string" ? plainBytes(Buffer.from(text, "base64")) : null;
}

/** Handlers get a `Uint8Array` and no `Buffer`, which prints and compares in another way. */
function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer);
}
