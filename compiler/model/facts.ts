import type { NamedTypes, ObjectFact, TypeFact } from "./type-fact.js";

/** Where something stands in the source. */
export interface SourceSpan {
  /** Relative to the project root, with forward slashes. */
  readonly file: string;
  /** Offset in UTF-16 units. */
  readonly start: number;
  readonly length: number;
}

/** A project as its schema and functions describe it. Frozen plain data. */
export interface ProjectFacts {
  readonly schema: SchemaFacts;
  readonly modules: readonly ModuleFacts[];
}

export interface SchemaFacts {
  /** The name under which `schema.ts` exports it. */
  readonly exportName: "default" | "schema";
  /** Sorted by name. */
  readonly tables: readonly TableFacts[];
  /** The declarations that the field types refer to. */
  readonly types: NamedTypes;
  /** What kept the reader from reading all of it. */
  readonly problems: readonly SchemaProblem[];
}

/** Something in `schema.ts` that could not be read, or not be understood. */
export interface SchemaProblem {
  readonly kind: SchemaProblemKind;
  /** What was found, and what to write instead. */
  readonly message: string;
  readonly span: SourceSpan;
}

export type SchemaProblemKind =
  /** There is no `convoy/schema.ts`. */
  | "missing"
  /** No schema is exported, or two are, or the export is something else. */
  | "export"
  /** Something cannot be known without running it. */
  | "unreadable";

export interface TableFacts {
  readonly name: string;
  /** The table's property in `defineSchema({ … })`. */
  readonly span: SourceSpan;
  readonly doc?: string;
  /**
   * What a document looks like, without the system fields: one object, or several for a table
   * defined by a union.
   */
  readonly variants: readonly ObjectFact[];
  /** What an insert takes: the same, with the fields that have a default optional. */
  readonly insertVariants: readonly ObjectFact[];
  /** The top-level fields, over all variants, in the order of the source. */
  readonly fields: readonly FieldFacts[];
  /** In the order of the source. */
  readonly indexes: readonly IndexFacts[];
  /** Promoted fields, sorted; all of them for a relational table. */
  readonly promoted: readonly PromotedFieldFacts[];
  readonly relational: boolean;
}

export interface FieldFacts {
  readonly name: string;
  readonly span: SourceSpan;
  readonly doc?: string;
  /** Of all variants together; without `undefined`. */
  readonly type: TypeFact;
  /** May be absent, in some variant at least. */
  readonly optional: boolean;
  /** An insert may leave it out and the validator fills it in. */
  readonly hasDefault: boolean;
  /** A number that is whole by its validator (`z.int()`, `.int()`). */
  readonly integer: boolean;
  /** Why a stored value would not pass the field's own validator again, or `null`. */
  readonly oneWay: string | null;
  /** Set where the field is a ref, or a ref that may be null or absent. */
  readonly ref: RefFacts | null;
}

export interface RefFacts {
  readonly table: string;
  readonly onDelete: "restrict" | "cascade" | "set null";
}

export interface IndexFacts {
  readonly name: string;
  /** Field names or dotted paths, without the implicit `_id`. */
  readonly fields: readonly string[];
  readonly unique: boolean;
  /** The string literal of the name where there is one, else the table's property. */
  readonly span: SourceSpan;
  /** One span a field, in their order. */
  readonly fieldSpans: readonly SourceSpan[];
}

export interface PromotedFieldFacts {
  readonly field: string;
  readonly span: SourceSpan;
}

export type FunctionKind = "query" | "mutation" | "action";
export type FunctionVisibility = "public" | "internal";

/** One file in `convoy/functions`. */
export interface ModuleFacts {
  /** Below `functions`, without its extension: `projects`, `admin/users`. */
  readonly path: string;
  /** Relative to the project root. */
  readonly file: string;
  /** Sorted by name. */
  readonly functions: readonly FunctionFacts[];
  /** Exports that are no functions of ours, types left out. */
  readonly otherExports: readonly ExportFacts[];
  /** The declarations that this module's argument and result types refer to. */
  readonly types: NamedTypes;
}

export interface ExportFacts {
  readonly name: string;
  readonly span: SourceSpan;
}

export interface FunctionFacts {
  /** The export's name. */
  readonly name: string;
  /** `projects.listProjects`, `admin/users.list`. */
  readonly path: string;
  readonly kind: FunctionKind;
  readonly visibility: FunctionVisibility;
  /** The exported name in its declaration: where "go to definition" lands. */
  readonly span: SourceSpan;
  readonly doc?: string;
  /** What a caller passes. */
  readonly args: TypeFact;
  /** What a caller gets, without the promise. */
  readonly result: TypeFact;
  /** The definition has a `returns` validator, so the result's type was written down. */
  readonly hasReturns: boolean;
  /** The result was inferred through the function itself. */
  readonly circular: boolean;
}
