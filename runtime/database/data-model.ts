/** One table as the generated `DataModel` describes it. */
export interface TableModel {
  /** A stored document, with `_id` and `_creationTime`. */
  // oxlint-disable-next-line typescript/no-explicit-any -- bounds the documents of every project
  readonly document: any;
  /** What `insert` and `replace` take. */
  // oxlint-disable-next-line typescript/no-explicit-any -- the same
  readonly insert: any;
  /** Every field that can be compared, dotted paths included, with its type. */
  // oxlint-disable-next-line typescript/no-explicit-any -- the same
  readonly fields: any;
  /** The fields of each index, in order. */
  // oxlint-disable-next-line typescript/no-explicit-any -- the same
  readonly indexes: any;
}

/** What the generated `DataModel` type is made of. */
export type GenericDataModel = { readonly [table: string]: TableModel };

export type TableNamesOf<Model extends GenericDataModel> = keyof Model & string;
