/** What a value takes in an index besides its bytes, at most: lengths, alignment, "is present". */
export const OVERHEAD_BYTES = 40;

/**
 * The most bytes that a value takes in an index. Numbers, dates and the like have one size, which
 * is within the overhead.
 */
export function keyBytesOf(value: unknown): number {
  if (typeof value === "string") return OVERHEAD_BYTES + Buffer.byteLength(value);
  if (value instanceof Uint8Array) return OVERHEAD_BYTES + value.length;
  // Four digits take two bytes.
  if (typeof value === "bigint") return OVERHEAD_BYTES + Math.ceil(String(value).length / 2);
  return OVERHEAD_BYTES;
}
