import type { SchemaFacts } from "../model/facts.js";

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
export function tableTypeNames(schema: SchemaFacts): ReadonlyMap<string, TableTypeNames> {
  const taken = new Set<string>(Object.keys(schema.types));
  const names = new Map<string, TableTypeNames>();
  for (const table of schema.tables) {
    const base = pascalCase(table.name);
    let prefix = base;
    for (let suffix = 2; taken.has(prefix); suffix++) prefix = `${base}${suffix}`;
    taken.add(prefix);
    const isUnion = table.variants.length > 1;
    names.set(table.name, {
      document: `${prefix}Document`,
      variants: isUnion ? table.variants.map((_, i) => `${prefix}Document${i + 1}`) : [],
      insert: `${prefix}Insert`,
      fields: `${prefix}Fields`,
    });
  }
  return names;
}

/** Which table, and which variant of it, each generated document interface describes. */
export function documentInterfaces(
  schema: SchemaFacts,
): ReadonlyMap<string, { readonly table: string; readonly variant?: number }> {
  const interfaces = new Map<string, { readonly table: string; readonly variant?: number }>();
  for (const [table, names] of tableTypeNames(schema)) {
    if (names.variants.length === 0) interfaces.set(names.document, { table });
    names.variants.forEach((name, variant) => interfaces.set(name, { table, variant }));
  }
  return interfaces;
}

function pascalCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return /^[A-Za-z]/.test(joined) ? joined : `Table${joined}`;
}
