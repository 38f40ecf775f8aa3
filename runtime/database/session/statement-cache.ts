import { createHash } from "node:crypto";
import type { Statement } from "./statement.js";

/** Shapes of queries are as many as code has; more than this only filters of varying length make. */
const MAX_STATEMENTS = 2000;

/** Longer ones are of filters as well: each place that keeps one would need megabytes for its plan. */
const MAX_LENGTH = 32 * 1024;

/**
 * Gives equal texts the same name, by which connections know what they have planned; and other texts
 * other names, whoever gave them: connections stay when the code is replaced.
 */
export interface StatementCache {
  readonly get: (text: string) => Statement;
}

export function createStatementCache(): StatementCache {
  const statements = new Map<string, Statement>();
  return {
    get(text) {
      let statement = statements.get(text);
      if (statement !== undefined) return statement;
      // Connections keep what they have planned until they close: the number must have an end.
      if (statements.size >= MAX_STATEMENTS || text.length > MAX_LENGTH) return { name: "", text };
      const hash = createHash("sha256").update(text).digest("hex").slice(0, 32);
      statement = Object.freeze({ name: `convoy_${hash}`, text });
      statements.set(text, statement);
      return statement;
    },
  };
}
