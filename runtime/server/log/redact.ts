/**
 * Names under which secrets are kept, in lower case. Nothing of Convoy's logs any; a project's own
 * code may hand headers, or errors of HTTP clients, to the same logger.
 */
const secrets = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "password",
  "token",
  "secret",
  "apikey",
  "x-api-key",
  "database_url",
]);

/** Levels that are looked into. */
const MAX_DEPTH = 5;

/** The fields of a record without the values of secrets: the same object, where it has none. */
export function redact(fields: Record<string, unknown>, depth = 0): Record<string, unknown> {
  let redacted: Record<string, unknown> | null = null;
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    const told = secrets.has(name.toLowerCase()) ? "[redacted]" : redactInside(value, depth);
    if (told === value) continue;
    redacted ??= { ...fields };
    redacted[name] = told;
  }
  return redacted ?? fields;
}

function redactInside(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null || depth >= MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((element) => redactInside(element, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null;
  return isPlain ? redact(value as Record<string, unknown>, depth + 1) : value;
}
