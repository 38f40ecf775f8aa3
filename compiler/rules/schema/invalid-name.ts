import type { FieldFacts, SchemaFacts, TableFacts } from "../../model/facts.js";
import type { Finding, FactsRule } from "../rule.js";
import { partsOf } from "../type-search.js";

/** The longest identifier that Postgres keeps; it cuts longer ones without a word. */
const maxBytes = 63;

export const invalidName: FactsRule = {
  on: "facts",
  needs: "schema",
  code: "CV1009",
  name: "invalid-name",
  severity: "error",
  summary:
    "The name of a table, index or field is reserved, too long, or has letters it cannot have.",
  fixes: [],
  example: {
    bad: 'defineSchema({ "team-members": defineTable({ _role: z.string() }) })',
    good: "defineSchema({ teamMembers: defineTable({ role: z.string() }) })",
  },
  *check({ schema }) {
    for (const table of schema.tables) {
      const wrong = identifierProblem(table.name);
      if (wrong !== null) {
        yield { message: `Table ${JSON.stringify(table.name)} ${wrong}`, span: table.span };
      }
      yield* indexNames(table);
      for (const field of table.fields) yield* fieldNames(schema, table, field);
      yield* columnNames(table);
    }
  },
};

function* indexNames(table: TableFacts): Generator<Finding> {
  for (const index of table.indexes) {
    const wrong = identifierProblem(index.name);
    const full = `${table.name}_${index.name}`;
    const bytes = byteLength(full);
    if (wrong !== null) {
      yield { message: `Index ${JSON.stringify(index.name)} ${wrong}`, span: index.span };
    } else if (bytes > maxBytes) {
      yield {
        message: `Index "${index.name}" of table "${table.name}" is called "${full}" in Postgres, which is ${bytes} bytes long; ${maxBytes} is the most. Shorten its name by ${bytes - maxBytes}.`,
        span: index.span,
      };
    }
  }
}

function* fieldNames(
  schema: SchemaFacts,
  table: TableFacts,
  field: FieldFacts,
): Generator<Finding> {
  const seen = new Set<string>();
  const check = function* (name: string, isTopLevel: boolean): Generator<Finding> {
    if (seen.has(name) || (plainName.test(name) && !inherited.has(name))) return;
    seen.add(name);
    const wrong = fieldProblem(name, isTopLevel);
    if (wrong === null) return;
    const place = isTopLevel ? "" : `, inside "${field.name}",`;
    yield {
      message: `Field ${JSON.stringify(name)} of table "${table.name}"${place} ${wrong}`,
      span: field.span,
    };
  };
  yield* check(field.name, true);
  for (const { type } of partsOf(field.type, schema.types)) {
    if (type.kind !== "object") continue;
    for (const property of type.properties) yield* check(property.name, false);
  }
}

/** The columns that every table may have. */
const ownColumns: ReadonlySet<string> = new Set(["id", "doc"]);

function* columnNames(table: TableFacts): Generator<Finding> {
  for (const { field, span } of table.promoted) {
    if (!ownColumns.has(field)) continue;
    yield {
      message: `Field "${field}" of table "${table.name}" cannot have a column of its own: Convoy has a column of that name. Rename the field, or ${table.relational ? "do not make the table relational" : "do not promote it"}.`,
      span,
    };
  }
}

/** What nearly all fields are called: nothing is wrong with it, at any depth. */
const plainName = /^[A-Za-z][A-Za-z0-9]{0,62}$/;

const identifier = /^[A-Za-z][A-Za-z0-9_]*$/;
const identifierAdvice = "Use ASCII letters, digits and _, and start with a letter.";

function identifierProblem(name: string): string | null {
  if (name === "") return `is empty. ${identifierAdvice}`;
  if (inherited.has(name)) return inheritedSentence;
  if (name.startsWith("_")) return 'starts with "_", which is reserved for Convoy. Rename it.';
  if (!identifier.test(name))
    return `is no name for Postgres and for code alike. ${identifierAdvice}`;
  if (name.length > maxBytes) {
    return `is ${name.length} bytes long; Postgres keeps at most ${maxBytes}. Shorten it by ${name.length - maxBytes}.`;
  }
  return null;
}

const inherited: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
const inheritedSentence =
  "cannot be used: every JavaScript object has something else under that name. Rename it.";

function fieldProblem(name: string, isTopLevel: boolean): string | null {
  if (name === "") return "is empty. Give it a name.";
  if (inherited.has(name)) return inheritedSentence;
  if (name.startsWith("_")) {
    return 'starts with "_", which is reserved for system fields such as "_id". Rename it.';
  }
  if (name.startsWith("$"))
    return 'starts with "$", which is reserved for tagged values. Rename it.';
  const letter = forbiddenLetter(name);
  if (letter !== null) return `contains ${letter}. Rename it.`;
  if (name.trim() !== name) return "starts or ends with white space. Remove it.";
  const bytes = byteLength(name);
  if (isTopLevel && bytes > maxBytes) {
    return `is ${bytes} bytes long; a column's name has at most ${maxBytes}. Shorten it by ${bytes - maxBytes}.`;
  }
  return null;
}

function forbiddenLetter(name: string): string | null {
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  if (/[\u0000-\u001f\u007f-\u009f]/.test(name)) return "a control character";
  if (/["'`]/.test(name)) return "a quote";
  if (name.includes("\\")) return "a backslash";
  if (name.includes(".")) return "a dot, which stands between fields in a path";
  if (/\p{Surrogate}/u.test(name)) return "half of a character (a lone surrogate)";
  return null;
}

const encoder = new TextEncoder();

function byteLength(text: string): number {
  return encoder.encode(text).length;
}
