const unstorable = /[\0\p{Surrogate}]/u;

/** What Postgres cannot keep in a text, in words, or `null` where there is nothing of the kind. */
export function textProblem(text: string): string | null {
  const found = unstorable.exec(text)?.[0];
  if (found === undefined) return null;
  return found === "\0"
    ? "a NUL character (U+0000)"
    : "half of a character (a lone UTF-16 surrogate)";
}
