import type { SchemaFacts } from "../model/facts.js";
import type { ObjectFact } from "../model/type-fact.js";
import { memoized } from "../memoized.js";

/** The names of a table's declarations in the generated `dataModel.ts`. */
export interface TableTypeNames {
  /** `ProjectsDocument`: an interface, or the union of {@link TableTypeNames.variants}. */
  readonly document: string;
  /** The interfaces of a table that is a union; empty for any other table. */
  readonly variants: readonly string[];
  readonly insert: string;
  readonly fields: string;
}

/** The names for every table: its own in PascalCase, numbered where two would be the same. */
export const tableTypeNames: (schema: SchemaFacts) => ReadonlyMap<string, TableTypeNames> =
  memoized(namesOfTables);

function namesOfTables(schema: SchemaFacts): ReadonlyMap<string, TableTypeNames> {
  const taken = new Set<string>(Object.keys(schema.types));
  const byTable = new Map<string, TableTypeNames>();
  for (const table of schema.tables) {
    const labels = table.variants.length > 1 ? variantLabels(table.variants) : [];
    const base = pascalCase(table.name);
    let names = namesFor(base, labels);
    for (let suffix = 2; allOf(names).some((name) => taken.has(name)); suffix++) {
      names = namesFor(`${base}${suffix}`, labels);
    }
    for (const name of allOf(names)) taken.add(name);
    byTable.set(table.name, names);
  }
  return byTable;
}

function namesFor(prefix: string, labels: readonly string[]): TableTypeNames {
  return {
    document: `${prefix}Document`,
    variants: labels.map((label) => `${prefix}${label}Document`),
    insert: `${prefix}Insert`,
    fields: `${prefix}Fields`,
  };
}

function allOf({ document, variants, insert, fields }: TableTypeNames): readonly string[] {
  return [document, ...variants, insert, fields];
}

/** Which table, and which variant of it, each generated document interface describes. */
export const documentInterfaces: (
  schema: SchemaFacts,
) => ReadonlyMap<string, { readonly table: string; readonly variant?: number }> =
  memoized(interfacesOfDocuments);

function interfacesOfDocuments(
  schema: SchemaFacts,
): ReadonlyMap<string, { readonly table: string; readonly variant?: number }> {
  const interfaces = new Map<string, { readonly table: string; readonly variant?: number }>();
  for (const [table, names] of tableTypeNames(schema)) {
    if (names.variants.length === 0) interfaces.set(names.document, { table });
    names.variants.forEach((name, variant) => interfaces.set(name, { table, variant }));
  }
  return interfaces;
}

/** What tells the variants apart, in PascalCase: their discriminant, or their number. */
function variantLabels(variants: readonly ObjectFact[]): readonly string[] {
  const [first] = variants;
  for (const { name } of first?.properties ?? []) {
    const labels = variants.map((variant) => {
      const type = variant.properties.find((property) => property.name === name)?.type;
      const isLabel = type?.kind === "literal" && typeof type.value === "string";
      return isLabel ? pascalCase(type.value) : "";
    });
    if (!labels.includes("") && new Set(labels).size === labels.length) return labels;
  }
  return variants.map((_, i) => `Variant${i + 1}`);
}

function pascalCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return /^[A-Za-z]/.test(joined) ? joined : `Table${joined}`;
}
