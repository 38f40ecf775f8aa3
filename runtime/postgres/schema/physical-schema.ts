import type { ChangeLayout } from "../../database/storage/change-layout.js";

/** What a manifest becomes in Postgres: the tables and indexes that a plan makes so. */
export interface PhysicalSchema {
  readonly tables: readonly PhysicalTable[];
}

export interface PhysicalTable {
  readonly name: string;
  /** Besides `id uuid primary key`, in order. */
  readonly columns: readonly PhysicalColumn[];
  readonly indexes: readonly PhysicalIndex[];
  /** What the change log notes of its rows. */
  readonly changes: ChangeLayout;
}

export interface PhysicalColumn {
  readonly name: string;
  readonly type:
    | "jsonb"
    | "text"
    | "double precision"
    | "bigint"
    | "boolean"
    | "numeric"
    | "timestamp(3) with time zone"
    | "bytea"
    | "uuid";
  readonly notNull: boolean;
  /** Texts are ordered by their UTF-8 bytes. */
  readonly collation: "C" | null;
}

export interface PhysicalIndex {
  /** The index's name in the schema of the project. */
  readonly index: string;
  /**
   * Its name in Postgres. It ends in a hash of the definition, so an index whose definition changed
   * is another index: it can be built before the old one goes.
   */
  readonly name: string;
  readonly unique: boolean;
  /** What stands between the parentheses of `create index … on …`, in order, with its order. */
  readonly keys: readonly string[];
}
