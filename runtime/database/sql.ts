/**
 * The escape hatch to plain SQL: interpolated values become parameters, never text.
 *
 * @example
 * const rows = await ctx.db.sql<{ total: number }>`select count(*)::int as total from projects`;
 */
export type SqlTag = <Row extends object = Record<string, unknown>>(
  text: TemplateStringsArray,
  ...values: readonly unknown[]
) => Promise<Row[]>;
