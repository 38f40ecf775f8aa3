import { ConvoyError } from "../../../protocol/errors.js";
import type { ReadSession } from "../session/session.js";
import { unlessUnawaited } from "../session/unawaited.js";
import type { SqlTag } from "../sql.js";

/** `ctx.db.sql`: the text is the template's, and every interpolated value a parameter. */
export function createSqlTag(session: ReadSession): SqlTag {
  const tag = async (strings: unknown, ...values: readonly unknown[]) => {
    if (!isTemplate(strings)) {
      throw new ConvoyError(
        "sql-not-a-template",
        "ctx.db.sql was called like a function. Write it as a tag, ctx.db.sql`select …`, so that values become parameters.",
      );
    }
    const text = strings.reduce((sql, part, at) => `${sql}$${at}${part}`);
    const { rows } = await session.runRaw(text, values.map(toParameter));
    return [...rows];
  };
  const sql = (strings: unknown, ...values: readonly unknown[]) =>
    unlessUnawaited(tag(strings, ...values));
  return sql as SqlTag;
}

function isTemplate(strings: unknown): strings is TemplateStringsArray {
  return Array.isArray(strings) && Array.isArray((strings as { raw?: unknown }).raw);
}

function toParameter(value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  // `pg` knows bytes as a Buffer, and would send any other Uint8Array as JSON.
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  return value === undefined ? null : value;
}
