/**
 * What texts look like in storage, as regular expressions that JavaScript (with the flags `su`) and
 * Postgres read alike.
 */

const hex = "[0-9a-f]";
const month31 = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])";
const month30 = "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)";
const february = "02-(?:0[1-9]|1[0-9]|2[0-8])";
const leapYear =
  "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)";

/** `2026-11-22T20:37:50.123Z`, of the years 1 to 9999, on days that exist. */
export const datePattern: string = `^(?!0000)(?:[0-9]{4}-(?:${month31}|${month30}|${february})|${leapYear}-02-29)T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z$`;

/** Decimal, without leading zeros, and zero without a sign. */
export const bigintPattern = "^(?:0|-?[1-9][0-9]*)$";

/** Postgres's own text form of `bytea`. */
export const bytesPattern: string = `^\\\\x(?:${hex}{2})*$`;

export const base64Pattern = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$";

/** Ids of the tables with these numbers; `null` where there are none. */
export function idPattern(numbers: readonly number[]): string | null {
  if (numbers.length === 0) return null;
  const tables = numbers.map((number) => number.toString(16).padStart(3, "0")).join("|");
  return `^${hex}{8}-${hex}{4}-7(?:${tables})-[89ab]${hex}{3}-${hex}{12}$`;
}

const placeholders: Readonly<Record<string, string>> = {
  string: ".*",
  number: "-?[0-9]+(?:\\.[0-9]+)?(?:e[+-]?[0-9]+)?",
  bigint: "-?[0-9]+",
  boolean: "(?:true|false)",
  null: "null",
  undefined: "undefined",
};

/** The texts of a template literal type as TypeScript prints it, backticks included. */
export function templatePattern(text: string): string {
  // `Uppercase<string>` and its like, and what had to be escaped to be printed.
  if (!text.startsWith("`") || text.includes("\\")) return "^.*$";
  const inner = text.slice(1, -1);
  let pattern = "";
  let end = 0;
  for (const found of inner.matchAll(/\$\{([^}]*)\}/g)) {
    // What is not known here is any text: a check that lets too much pass harms nobody.
    pattern += escaped(inner.slice(end, found.index)) + (placeholders[found[1] ?? ""] ?? ".*");
    end = found.index + found[0].length;
  }
  return `^${pattern}${escaped(inner.slice(end))}$`;
}

function escaped(text: string): string {
  return text.replace(/[$()*+./?[\\\]^{|}]/g, "\\$&");
}
