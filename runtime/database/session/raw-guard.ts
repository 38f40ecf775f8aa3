import { ConvoyError } from "../../../protocol/errors.js";

/**
 * First words of statements that a function may not run: those that begin or end a transaction or
 * move in it, those that change the connection for whoever has it next, and COPY, whose protocol
 * would mix up the answers of the statements behind it. What can be had in other ways
 * (`set_config`, temporary tables, session locks) is undone when the function has ended.
 */
const refused = new Set(
  "begin start commit end rollback abort savepoint release prepare set reset discard deallocate execute listen unlisten load copy".split(
    " ",
  ),
);

/**
 * Only the first word is looked at. The extended protocol takes one statement at a time, and
 * Postgres lets none of these hide in a function, a DO block or a CTE of an open transaction.
 */
export function guardRawSql(text: string): void {
  // The protocol ends a text at NUL, and would take what follows for something else.
  if (text.includes("\0"))
    throw new ConvoyError(
      "sql-error",
      "The SQL of this function holds a NUL character. Remove it.",
      {
        status: 400,
      },
    );
  const word = firstWord(text);
  if (!refused.has(word)) return;
  throw new ConvoyError(
    "sql-transaction-control",
    `${word.toUpperCase()} is not possible in a query or mutation: Convoy begins and ends its transaction, and its connection is shared. Remove the statement.`,
    { status: 400 },
  );
}

/** Behind white space, comments and empty statements, in lower case. */
function firstWord(text: string): string {
  const skipped = /(?:[\s;]|--[^\n\r]*)+/y;
  let position = 0;
  for (;;) {
    skipped.lastIndex = position;
    if (skipped.test(text)) position = skipped.lastIndex;
    else if (text.startsWith("/*", position)) position = endOfComment(text, position);
    else break;
  }
  const word = /[a-z_]+/iy;
  word.lastIndex = position;
  return word.exec(text)?.[0].toLowerCase() ?? "";
}

/** Comments nest in Postgres. One without an end takes all that is left. */
function endOfComment(text: string, start: number): number {
  let depth = 0;
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return text.length;
}
