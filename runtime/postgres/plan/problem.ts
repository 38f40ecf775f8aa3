/** What stops a plan, or a run of it. */
export interface Problem {
  /** Stable, in kebab-case. */
  readonly code: ProblemCode;
  /** The table that it is about. */
  readonly table: string | null;
  /** What is wrong, where, and what to do. */
  readonly message: string;
  /** For problems that documents cause: which field, how many documents, and some of their ids. */
  readonly documents?: ProblemDocuments;
}

export interface ProblemDocuments {
  /** `address.city`, `tags[2]`; the fields of an index. */
  readonly path: string;
  readonly count: number;
  /** At most ten, or ten groups of them. */
  readonly ids: readonly string[];
}

export type ProblemCode =
  /** The server is older than what is supported. */
  | "postgres-too-old"
  /** A newer Convoy has been here. */
  | "newer-convoy"
  /** The tables are in another schema. */
  | "other-data-schema"
  /** Something that Convoy did not make has the name of a table or an index. */
  | "table-not-ours"
  | "name-taken"
  /** All numbers that an id has room for are used. */
  | "too-many-tables"
  | "invalid-rename"
  /** A field of a table with rows would move into a column or out of one. */
  | "promotion-not-available"
  /** Documents would be read as something else than what was stored. */
  | "storage-form-changed"
  | "documents-do-not-fit"
  | "duplicate-values";

/** What a person should know, and that stops nothing. */
export interface Notice {
  readonly code:
    | "table-kept"
    | "table-restored"
    | "table-recreated"
    | "may-be-rename"
    | "column-kept"
    | "drop-not-needed"
    | "drop-not-found";
  readonly table: string;
  readonly message: string;
}
