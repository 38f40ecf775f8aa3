import type { FunctionKind, FunctionVisibility, RefFacts } from "./facts.js";
import type { NamedTypes, TypeFact } from "./type-fact.js";

/**
 * The compiled model of a project, as `_generated/manifest.json` keeps it: what `convoy plan` and
 * the server read. It holds no positions, so an edit that changes no meaning changes no byte.
 */
export interface Manifest {
  readonly version: 1;
  readonly tables: readonly ManifestTable[];
  /** The declarations that the field types refer to. */
  readonly types: NamedTypes;
  readonly functions: readonly ManifestFunction[];
}

export interface ManifestTable {
  readonly name: string;
  readonly fields: readonly ManifestField[];
  readonly indexes: readonly ManifestIndex[];
  /** The fields that live in columns of their own, sorted. */
  readonly promoted: readonly string[];
  /** No `doc` column: every field is a column. */
  readonly relational: boolean;
}

export interface ManifestField {
  readonly name: string;
  readonly type: TypeFact;
  readonly optional: boolean;
  readonly hasDefault: boolean;
  readonly integer: boolean;
  readonly ref: RefFacts | null;
}

export interface ManifestIndex {
  readonly name: string;
  /** Field names or dotted paths; `_id` follows implicitly. */
  readonly fields: readonly string[];
  readonly unique: boolean;
}

export interface ManifestFunction {
  /** `projects.listProjects`. */
  readonly path: string;
  readonly kind: FunctionKind;
  readonly visibility: FunctionVisibility;
}
