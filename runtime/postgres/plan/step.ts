import type { ManifestField } from "../../../compiler/model/manifest.js";
import type { PhysicalColumn } from "../schema/physical-schema.js";

/** One thing that a plan does. Plain data: everything that running it needs, and showing it. */
export type Step =
  | CheckDocumentsStep
  | CheckDuplicatesStep
  | SystemSchemaStep
  | RenameTableStep
  | CreateTableStep
  | ChangeColumnsStep
  | SetNotNullStep
  | CreateIndexStep
  | DropIndexStep
  | NoteChangesStep
  | DropTableStep
  | RecordManifestStep;

interface StepFacts {
  /** Run in this order: in one transaction, or one by one. */
  readonly sql: readonly string[];
  readonly lock: Lock;
  readonly estimate: Estimate;
  /** Why, in words. */
  readonly reason: string;
  /** Whether it runs in a transaction: it happens as a whole or not at all. */
  readonly transaction: boolean;
}

/** The strongest lock that a step takes, and on which table; `none` where others feel nothing. */
export interface Lock {
  readonly mode:
    | "none"
    | "access share"
    | "share update exclusive"
    | "share"
    | "share row exclusive"
    | "access exclusive";
  readonly on: string | null;
}

/** How much there is to read or to write. */
export interface Estimate {
  readonly rows: number;
  readonly bytes: number;
}

/** Reads all documents of a table, to see whether they fit types that have changed. */
export interface CheckDocumentsStep extends StepFacts {
  readonly kind: "check-documents";
  /** What the table is called now; a rename may follow. */
  readonly table: string;
  readonly fields: readonly ManifestField[];
  /** Of `fields`, those whose type is too deep for SQL: their values are read and checked here. */
  readonly streamed: readonly string[];
  /** The fields that `doc` may have, where others in it are to be found. */
  readonly knownFields: readonly string[] | null;
  readonly columns: readonly PhysicalColumn[];
  /** The numbers that ids carry, by table. */
  readonly tableNumbers: Readonly<Record<string, number>>;
}

/** Looks for documents that a unique index would not allow. */
export interface CheckDuplicatesStep extends StepFacts {
  readonly kind: "check-duplicates";
  readonly table: string;
  readonly index: string;
}

/** Creates or upgrades `_convoy`, and creates the schema of the project where there is none. */
export interface SystemSchemaStep extends StepFacts {
  readonly kind: "system-schema";
  readonly version: number;
}

export interface RenameTableStep extends StepFacts {
  readonly kind: "rename-table";
  readonly from: string;
  readonly to: string;
  /** A table that goes in its favour, as long as it has no rows. */
  readonly mustBeEmpty: string | null;
}

/** The table with its indexes, and its number. */
export interface CreateTableStep extends StepFacts {
  readonly kind: "create-table";
  readonly table: string;
  readonly number: number;
}

/** Columns of a table without rows, or NOT NULL taken off one. */
export interface ChangeColumnsStep extends StepFacts {
  readonly kind: "change-columns";
  readonly table: string;
  readonly mustBeEmpty: string | null;
}

/** Proves that a column has no NULL under a lock that lets others work, and then declares it. */
export interface SetNotNullStep extends StepFacts {
  readonly kind: "set-not-null";
  readonly table: string;
  readonly column: string;
}

export interface CreateIndexStep extends StepFacts {
  readonly kind: "create-index";
  readonly table: string;
  /** Its name in the project's schema. */
  readonly index: string;
  /** Its name in Postgres. */
  readonly name: string;
  readonly unique: boolean;
  /** Written before it is built. */
  readonly register: string;
  /** Finds the documents that are alike, should they be what it cannot be built over. */
  readonly duplicates: string | null;
  /** The table, where it had no rows when this was planned: built in a transaction then. */
  readonly mustBeEmpty: string | null;
}

export interface DropIndexStep extends StepFacts {
  readonly kind: "drop-index";
  readonly table: string;
  readonly name: string;
}

/** The triggers that note in the change log what is written to a table, or only their function. */
export interface NoteChangesStep extends StepFacts {
  readonly kind: "note-changes";
  readonly table: string;
}

export interface DropTableStep extends StepFacts {
  readonly kind: "drop-table";
  readonly table: string;
}

/** Notes what has been applied. Always last: until then, a later run does all checks again. */
export interface RecordManifestStep extends StepFacts {
  readonly kind: "record-manifest";
  readonly hash: string;
}
