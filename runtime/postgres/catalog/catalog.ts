/** What a database holds, as far as a plan asks. Frozen plain data of one snapshot. */
export interface Catalog {
  /** `180004`. */
  readonly serverVersion: number;
  /** The schema that holds the tables of the project. */
  readonly schema: string;
  readonly schemaExists: boolean;
  readonly system: SystemState;
  /** The ordinary tables of the schema, whoever made them. */
  readonly tables: readonly CatalogTable[];
  /** Whatever else has a name there that a table or index could not have as well. */
  readonly relations: readonly CatalogRelation[];
}

/** What `_convoy` says. */
export interface SystemState {
  /** 0 where there is no `_convoy` yet. */
  readonly version: number;
  /** The schema that the tables were made in. */
  readonly dataSchema: string | null;
  /** The tables that Convoy made and did not drop. */
  readonly tables: readonly RegisteredTable[];
  /** The highest number that any table has had. */
  readonly lastNumber: number;
  readonly indexes: readonly RegisteredIndex[];
}

export interface RegisteredTable {
  readonly number: number;
  readonly name: string;
}

/** An index that Convoy built, or was about to build. */
export interface RegisteredIndex {
  readonly name: string;
  readonly tableNumber: number;
  /** Its name in the project's schema. */
  readonly index: string;
  readonly unique: boolean;
  readonly keys: readonly string[];
}

export interface CatalogTable {
  readonly name: string;
  /** Set where it is Convoy's: `_convoy.tables` has it, and its constraint checks for that number. */
  readonly number: number | null;
  readonly columns: readonly CatalogColumn[];
  readonly constraints: readonly CatalogConstraint[];
  readonly indexes: readonly CatalogIndex[];
  /** Those that call a function of Convoy's, and are on in every session. */
  readonly triggers: readonly CatalogTrigger[];
  /** Exact for a few rows, else what Postgres estimates; 0 only where there is none. */
  readonly estimatedRows: number;
  /** Of the table and its TOAST, without indexes. */
  readonly bytes: number;
}

export interface CatalogColumn {
  readonly name: string;
  /** As Postgres prints it: `timestamp(3) with time zone`. */
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | null;
  readonly collation: string | null;
}

export interface CatalogConstraint {
  readonly name: string;
  /** Postgres's letter: `p`rimary key, `c`heck, `f`oreign key, `u`nique. */
  readonly kind: string;
  readonly definition: string;
}

export interface CatalogIndex {
  readonly name: string;
  /** False for what an interrupted build left behind: it slows writes down and serves no reads. */
  readonly valid: boolean;
  readonly unique: boolean;
  readonly definition: string;
}

export interface CatalogTrigger {
  readonly name: string;
  /** The function's name in Convoy's schema. */
  readonly function: string;
  /** The function's text, as it was made. */
  readonly source: string;
  /** What is set while it runs: `name=value`. */
  readonly settings: readonly string[];
  /** Whether anybody may call it in triggers of their own. */
  readonly isPublic: boolean;
}

export interface CatalogRelation {
  readonly name: string;
  /** In words: `view`, `foreign table`, `index`, `type`. */
  readonly kind: string;
}
