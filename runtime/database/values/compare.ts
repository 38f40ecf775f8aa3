import { ABSENT_RANK, classOf, NULL_RANK, rankOf, STRUCTURE_RANK } from "./value-class.js";

/**
 * The order of values, everywhere: absent < null < bigint < number < boolean < text < date < bytes.
 * Within a kind: numbers by value, texts by their UTF-8 bytes (ids too), false before true, dates by
 * time, bytes by byte. Objects and lists come last and are equal in this order.
 */
export function compareValues(left: unknown, right: unknown): number {
  const rank = rankOfValue(left) - rankOfValue(right);
  if (rank !== 0) return rank;
  if (typeof left === "string") return compareTexts(left, right as string);
  if (left instanceof Uint8Array) return Buffer.compare(left, right as Uint8Array);
  if (left === undefined || left === null || classOf(left) === null) return 0;
  const [a, b] = [left, right] as [number, number];
  return a < b ? -1 : a > b ? 1 : 0;
}

function rankOfValue(value: unknown): number {
  if (value === undefined) return ABSENT_RANK;
  if (value === null) return NULL_RANK;
  const valueClass = classOf(value);
  return valueClass === null ? STRUCTURE_RANK : rankOf(valueClass);
}

/**
 * By code points, which is the order of the UTF-8 bytes. JavaScript compares UTF-16 units, where a
 * surrogate comes before U+E000.
 */
function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return moveSurrogatesLast(a) - moveSurrogatesLast(b);
  }
  return left.length - right.length;
}

function moveSurrogatesLast(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
