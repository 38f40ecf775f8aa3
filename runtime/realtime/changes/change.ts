/** What a commit did to the rows of one table. */
export type TableChange = RowsChange | WholeTableChange;

/** Rows that were written, with what the indexes of the table had and have for them. */
export interface RowsChange {
  readonly kind: "rows";
  readonly tableNumber: number;
  readonly rows: readonly RowChange[];
}

/** So many rows, or in a way, that nothing is known but the table. */
export interface WholeTableChange {
  readonly kind: "table";
  readonly tableNumber: number;
}

export interface RowChange {
  readonly id: string;
  /** The key columns of the table's layout (`ChangeLayout`), as text; `null` where there was no row. */
  readonly before: KeyTexts | null;
  readonly after: KeyTexts | null;
}

/** A value of each column in Postgres's text form; `null` is NULL. */
export type KeyTexts = readonly (string | null)[];
