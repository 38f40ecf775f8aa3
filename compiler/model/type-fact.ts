/**
 * A TypeScript type as plain data: what fields, arguments and results are made of. Canonical: two
 * types that mean the same are the same data, whatever checker or version read them.
 */
export type TypeFact =
  | { readonly kind: PrimitiveKind }
  /** `Date`. */
  | { readonly kind: "date" }
  /** `Uint8Array`. */
  | { readonly kind: "bytes" }
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  /** A bigint literal type; decimal digits, since JSON has no bigint. */
  | { readonly kind: "bigint-literal"; readonly digits: string }
  /** A template literal type, as TypeScript prints it. */
  | { readonly kind: "template"; readonly text: string }
  /** `Id<…>`; several tables where the brand is a union. */
  | { readonly kind: "id"; readonly tables: readonly string[] }
  | { readonly kind: "array"; readonly element: TypeFact }
  | { readonly kind: "tuple"; readonly elements: readonly TypeFact[]; readonly rest?: TypeFact }
  | ObjectFact
  | { readonly kind: "union"; readonly members: readonly TypeFact[] }
  /** `Doc<table>`: a whole document of a table; one variant of it where `variant` is given. */
  | { readonly kind: "document"; readonly table: string; readonly variant?: number }
  /** A declaration beside this type: how recursive types stay finite. */
  | { readonly kind: "named"; readonly name: string }
  /** A type that can be neither stored nor sent. */
  | { readonly kind: "unsupported"; readonly text: string; readonly reason: string };

export type PrimitiveKind =
  | "string"
  | "number"
  | "boolean"
  | "bigint"
  | "null"
  | "undefined"
  | "any"
  | "unknown"
  | "never";

/** An object type. */
export interface ObjectFact {
  readonly kind: "object";
  readonly properties: readonly PropertyFact[];
  /** The type of all other properties: records and loose objects. */
  readonly index?: TypeFact;
}

export interface PropertyFact {
  readonly name: string;
  readonly type: TypeFact;
  /** The property may be absent. Its type does not list `undefined` then. */
  readonly optional: boolean;
  /** The text of its JSDoc comment, without the stars. */
  readonly doc?: string;
}

/** The declarations that `named` types refer to, in the order of their names. */
export type NamedTypes = Readonly<Record<string, TypeFact>>;
