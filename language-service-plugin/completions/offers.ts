import type { IndexFacts, SchemaFacts, TableFacts } from "../../compiler/model/facts.js";
import {
  fieldPaths,
  systemFields,
  typesAtPath,
  describeTypes,
} from "../../compiler/rules/fields.js";
import { fieldList, listed } from "../../compiler/rules/wording.js";
import type { NamePlace } from "./name-place.js";

/** A name that can be written in a place. Offers come in the order to show them in. */
export interface Offer {
  readonly name: string;
  /** Beside the name, in a few words. */
  readonly note: string;
  readonly documentation: string;
}

/** What can be written in a place; `null` where the schema does not say. */
export function offersFor(schema: SchemaFacts, place: NamePlace): readonly Offer[] | null {
  if (place.kind === "table") return schema.tables.map((table) => tableOffer(table));
  const table = schema.tables.find(({ name }) => name === place.table);
  if (table === undefined) return null;
  switch (place.kind) {
    case "index":
      return table.indexes.map((index) => indexOffer(index));
    case "field":
      return [...fieldPaths(schema, table), ...systemFields].map((path) =>
        fieldOffer(schema, table, path, ""),
      );
    case "range field": {
      const index = table.indexes.find(({ name }) => name === place.index);
      return index === undefined ? null : rangeOffers(schema, table, index, place);
    }
  }
}

function tableOffer({ name, fields, doc }: TableFacts): Offer {
  const documentation = `Fields: ${listed(fields.map((field) => field.name))}.`;
  return { name, note: "table", documentation: doc ? `${doc}\n\n${documentation}` : documentation };
}

function indexOffer({ name, fields, unique }: IndexFacts): Offer {
  return {
    name,
    note: fields.join(", "),
    documentation: `${unique ? "Unique index" : "Index"} on ${fieldList(fields)}. Give its fields values with eq in this order, then one range.`,
  };
}

function fieldOffer(schema: SchemaFacts, table: TableFacts, path: string, note: string): Offer {
  const types = typesAtPath(schema, table, path);
  const doc = table.fields.find((field) => field.name === path)?.doc;
  const what = types === null ? "" : describeTypes(types);
  return { name: path, note: note || what, documentation: doc ?? (what && `${path} is ${what}.`) };
}

/** The field that the range can go on with comes first; those that have a value are left out. */
function rangeOffers(
  schema: SchemaFacts,
  table: TableFacts,
  { fields }: IndexFacts,
  { fixed, bounded, isEquality }: NamePlace & { readonly kind: "range field" },
): readonly Offer[] {
  if (bounded !== null) {
    return isEquality ? [] : [fieldOffer(schema, table, bounded, "has the other bound")];
  }
  const open = fields.filter((field) => !fixed.includes(field));
  return open.map((field, position) =>
    fieldOffer(
      schema,
      table,
      field,
      position === 0 ? "next in the index" : `after ${open[position - 1]}`,
    ),
  );
}
