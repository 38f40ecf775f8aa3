/** Something that a project gives a name to. */
export type Name =
  | { readonly kind: "table"; readonly table: string }
  | { readonly kind: "index"; readonly table: string; readonly index: string }
  | { readonly kind: "field"; readonly table: string; readonly field: string }
  /** A function, or a module where `name` is null. */
  | { readonly kind: "function"; readonly module: string; readonly name: string | null };

export function isSameName(one: Name, other: Name): boolean {
  return keyOf(one) === keyOf(other);
}

function keyOf(name: Name): string {
  switch (name.kind) {
    case "table":
      return `table ${name.table}`;
    case "index":
      return `index ${name.table} ${name.index}`;
    case "field":
      return `field ${name.table} ${name.field}`;
    case "function":
      return `function ${name.module} ${name.name ?? ""}`;
  }
}
