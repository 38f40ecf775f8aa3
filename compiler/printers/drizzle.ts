import { without } from "../model/canonical.js";
import type { FieldFacts, SchemaFacts, TableFacts } from "../model/facts.js";
import type { ObjectFact, TypeFact } from "../model/type-fact.js";
import { header } from "./header.js";
import { memoized } from "../memoized.js";
import { printMembers, printType, propertyName, type TypePrinterOptions } from "./type.js";

/**
 * Prints `_generated/drizzle.ts`: the tables as they are in Postgres, for people's own typed SQL
 * through `ctx.drizzle`. Nothing is ever migrated from it.
 */
export const printDrizzle: (schema: SchemaFacts) => string = memoized((schema) =>
  new DrizzlePrinter(schema).print(),
);

/** Gives `ctx.drizzle` its type, for projects that have Drizzle. */
const register = `
declare module "convoy/server" {
  interface DrizzleRegister {
    database: PgDatabase<PgQueryResultHKT>;
  }
}
`;

class DrizzlePrinter {
  readonly #schema: SchemaFacts;
  readonly #builders = new Set<string>();
  #usesId = false;
  #usesBytes = false;

  constructor(schema: SchemaFacts) {
    this.#schema = schema;
  }

  print(): string {
    const taken = new Set(["Id", "bytea", ...columnBuilders]);
    const tables = this.#schema.tables.map((table) => this.#printTable(table, taken));
    const named = Object.entries(this.#schema.types).map(
      ([name, type]) => `\ntype ${name} = ${printType(stored(type), this.#printer())};\n`,
    );
    const builders = [
      "type PgDatabase",
      "type PgQueryResultHKT",
      ...[...this.#builders].toSorted(),
    ];
    const imports = `import { ${builders.join(", ")} } from "drizzle-orm/pg-core";\n`;
    const id = this.#usesId ? 'import type { Id } from "./dataModel.js";\n' : "";
    const bytes = this.#usesBytes
      ? '\nconst bytea = customType<{ data: Uint8Array }>({ dataType: () => "bytea" });\n'
      : "";
    return `${header("convoy/schema.ts")}${imports}${id}${named.join("")}${bytes}${tables.join("")}${register}`;
  }

  #printTable(table: TableFacts, taken: Set<string>): string {
    let variable = table.name;
    while (taken.has(variable) || reservedWords.has(variable)) variable += "Table";
    taken.add(variable);
    this.#use("pgTable");
    const columns = [
      `  _id: ${this.#use("uuid")}("id").$type<${this.#id(table.name)}>().primaryKey(),\n`,
    ];
    const promoted = new Set(table.promoted.map(({ field }) => field));
    for (const field of table.fields) {
      if (promoted.has(field.name)) columns.push(this.#printColumn(field));
    }
    if (!table.relational) columns.push(this.#printDocument(table));
    return `\nexport const ${variable} = pgTable(${JSON.stringify(table.name)}, {\n${columns.join("")}});\n`;
  }

  #printColumn(field: FieldFacts): string {
    const type = without(field.type, "null", "undefined");
    const mayBeNull = field.optional || type !== field.type;
    const column = this.#column(type, field.integer, JSON.stringify(field.name));
    return `  ${propertyName(field.name)}: ${column}${mayBeNull ? "" : ".notNull()"},\n`;
  }

  #column(type: TypeFact, integer: boolean, name: string): string {
    const members = type.kind === "union" ? type.members : [type];
    const all = (test: (member: TypeFact) => boolean) => members.every(test);
    const typed = (builder: string) =>
      `${builder}.$type<${printType(type, this.#printer(), "  ")}>()`;
    if (type.kind === "string") return `${this.#use("text")}(${name})`;
    if (type.kind === "number" && integer)
      return `${this.#use("bigint")}(${name}, { mode: "number" })`;
    if (type.kind === "number") return `${this.#use("doublePrecision")}(${name})`;
    if (type.kind === "boolean") return `${this.#use("boolean")}(${name})`;
    if (type.kind === "bigint") return `${this.#use("numeric")}(${name}, { mode: "bigint" })`;
    if (type.kind === "date") {
      return `${this.#use("timestamp")}(${name}, { withTimezone: true, precision: 3 })`;
    }
    if (type.kind === "bytes") {
      this.#use("customType");
      this.#usesBytes = true;
      return `bytea(${name})`;
    }
    if (all((member) => member.kind === "id")) return typed(`${this.#use("uuid")}(${name})`);
    if (all(isText)) return typed(`${this.#use("text")}(${name})`);
    if (all(isNumber)) return typed(`${this.#use("doublePrecision")}(${name})`);
    return `${this.#use("jsonb")}(${name}).$type<${printType(stored(type), this.#printer(), "  ")}>()`;
  }

  #printDocument(table: TableFacts): string {
    const variants = table.variants.map((variant) => {
      const object = stored(variant) as ObjectFact;
      return `{\n${printMembers(object, this.#printer(), "    ")}  }`;
    });
    return `  doc: ${this.#use("jsonb")}("doc").$type<${variants.join(" | ")}>().notNull(),\n`;
  }

  #printer(): TypePrinterOptions {
    return {
      id: () => this.#useId(),
      document: () => "unknown",
      named: (name) => name,
    };
  }

  #id(table: string): string {
    return `${this.#useId()}<${JSON.stringify(table)}>`;
  }

  #useId(): string {
    this.#usesId = true;
    return "Id";
  }

  #use(builder: string): string {
    this.#builders.add(builder);
    return builder;
  }
}

const columnBuilders = [
  "bigint",
  "boolean",
  "customType",
  "doublePrecision",
  "jsonb",
  "numeric",
  "pgTable",
  "text",
  "timestamp",
  "uuid",
];

/** Words that a table may be called, but a variable may not. */
const reservedWords = new Set(
  "arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof undefined var void while with yield".split(
    " ",
  ),
);

function isText(type: TypeFact): boolean {
  return (
    type.kind === "string" ||
    type.kind === "template" ||
    (type.kind === "literal" && typeof type.value === "string")
  );
}

function isNumber(type: TypeFact): boolean {
  return type.kind === "number" || (type.kind === "literal" && typeof type.value === "number");
}

/** The type of a value inside `doc`: dates, bigints and bytes are strings there. Comments stay out. */
function stored(type: TypeFact): TypeFact {
  switch (type.kind) {
    case "date":
    case "bigint":
    case "bigint-literal":
    case "bytes":
      return { kind: "string" };
    case "array":
      return { ...type, element: stored(type.element) };
    case "tuple":
      return {
        ...type,
        elements: type.elements.map(stored),
        ...(type.rest ? { rest: stored(type.rest) } : {}),
      };
    case "union":
      return { ...type, members: type.members.map(stored) };
    case "object":
      return {
        kind: "object",
        properties: type.properties.map((property) => ({
          name: property.name,
          type: stored(property.type),
          optional: property.optional,
        })),
        ...(type.index ? { index: stored(type.index) } : {}),
      };
    default:
      return type;
  }
}
