import { unionOf } from "../model/canonical.js";
import type { SchemaFacts, TableFacts } from "../model/facts.js";
import type { ObjectFact, PropertyFact } from "../model/type-fact.js";
import { comparableFields } from "./comparable-fields.js";
import { type TableTypeNames, tableTypeNames } from "./data-model-names.js";
import { header } from "./header.js";
import { memoized } from "../memoized.js";
import {
  printComment,
  printMembers,
  printType,
  propertyName,
  type TypePrinterOptions,
} from "./type.js";

/** Prints `_generated/dataModel.ts`: one flat interface a table, and the types made of them. */
export const printDataModel: (schema: SchemaFacts) => string = memoized(print);

function print(schema: SchemaFacts): string {
  const names = tableTypeNames(schema);
  const printer: TypePrinterOptions = {
    id: () => "Id",
    document: (table) => `Doc<${JSON.stringify(table)}>`,
    named: (name) => name,
  };
  const tables = schema.tables.map((table) => ({ table, names: names.get(table.name) }));
  const sections = tables.map(({ table, names }) =>
    names ? printTable(table, names, printer) : "",
  );
  const named = Object.entries(schema.types).map(
    ([name, type]) => `\nexport type ${name} = ${printType(type, printer)};\n`,
  );
  return `${header("convoy/schema.ts")}import type { Id as DocumentId } from "convoy/client";

/** The names of the tables. */
export type TableNames = ${printTableNames(schema, printer)};

/** The id of a document of \`Table\`. */
export type Id<Table extends TableNames> = DocumentId<Table>;

/** A document of \`Table\`. */
export type Doc<Table extends TableNames> = DataModel[Table]["document"];
${sections.join("")}${named.join("")}
/** The tables: their documents, what an insert takes, their fields and their indexes. */
export type DataModel = {
${tables.map(({ table, names }) => (names ? printModel(table, names) : "")).join("")}};
`;
}

function printTableNames(schema: SchemaFacts, printer: TypePrinterOptions): string {
  const names = schema.tables.map(({ name }) => ({ kind: "literal", value: name }) as const);
  return printType(unionOf(names), printer);
}

function printTable(table: TableFacts, names: TableTypeNames, printer: TypePrinterOptions): string {
  const documents = table.variants.map((variant, i) => {
    const comment = printComment(
      table.doc ??
        `A document of the table \`${table.name}\`${table.variants.length > 1 ? ", one of its variants" : ""}.`,
      "",
    );
    const members = printMembers(withSystemFields(table, variant), printer, "  ");
    return `\n${comment}export interface ${names.variants[i] ?? names.document} {\n${members}}\n`;
  });
  const union =
    names.variants.length > 0
      ? `\nexport type ${names.document} = ${names.variants.join(" | ")};\n`
      : "";
  const inputPrinter = { ...printer, isInput: true };
  const [only, ...others] = table.insertVariants;
  const insertComment = printComment(`What an insert into \`${table.name}\` takes.`, "");
  const insert =
    only && others.length === 0
      ? `\n${insertComment}export interface ${names.insert} {\n${printMembers(only, inputPrinter, "  ")}}\n`
      : `\n${insertComment}export type ${names.insert} =${table.insertVariants.map((variant) => `\n  | ${printType(variant, inputPrinter, "    ")}`).join("")};\n`;
  return `${documents.join("")}${union}${insert}${printFields(table, names, printer)}`;
}

function printFields(
  table: TableFacts,
  names: TableTypeNames,
  printer: TypePrinterOptions,
): string {
  const properties: PropertyFact[] = [
    ...systemFields(table),
    ...comparableFields(table).map(({ path, type }) => ({ name: path, type, optional: false })),
  ];
  const comment = printComment(`The fields of \`${table.name}\` that a query can compare.`, "");
  const members = printMembers({ kind: "object", properties }, printer, "  ");
  return `\n${comment}export interface ${names.fields} {\n${members}}\n`;
}

function printModel(table: TableFacts, names: TableTypeNames): string {
  const indexes = table.indexes.map(
    (index) =>
      `      ${propertyName(index.name)}: [${index.fields.map((field) => JSON.stringify(field)).join(", ")}];\n`,
  );
  return `  ${propertyName(table.name)}: {
    document: ${names.document};
    insert: ${names.insert};
    fields: ${names.fields};
    indexes: {${indexes.length > 0 ? `\n${indexes.join("")}    ` : ""}};
  };
`;
}

function systemFields(table: TableFacts): readonly PropertyFact[] {
  return [
    { name: "_id", type: { kind: "id", tables: [table.name] }, optional: false },
    { name: "_creationTime", type: { kind: "number" }, optional: false },
  ];
}

function withSystemFields(table: TableFacts, variant: ObjectFact): ObjectFact {
  return { ...variant, properties: [...systemFields(table), ...variant.properties] };
}
