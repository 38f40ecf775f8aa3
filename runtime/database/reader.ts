import type { Id } from "../../protocol/id.js";
import type { GenericDataModel, TableNamesOf } from "./data-model.js";
import type { TableQuery } from "./query.js";
import type { SqlTag } from "./sql.js";

/** Reads documents, inside the snapshot of the query or the transaction of the mutation. */
export interface GenericDatabaseReader<Model extends GenericDataModel> {
  /** The document with this id, or `null`. */
  get<Table extends TableNamesOf<Model>>(id: Id<Table>): Promise<Model[Table]["document"] | null>;
  get<Table extends TableNamesOf<Model>>(
    table: Table,
    id: Id<NoInfer<Table>>,
  ): Promise<Model[Table]["document"] | null>;
  /** The documents with these ids, in their order, `null` where there is none: one round trip. */
  getMany<Table extends TableNamesOf<Model>>(
    ids: readonly Id<Table>[],
  ): Promise<(Model[Table]["document"] | null)[]>;
  getMany<Table extends TableNamesOf<Model>>(
    table: Table,
    ids: readonly Id<NoInfer<Table>>[],
  ): Promise<(Model[Table]["document"] | null)[]>;
  /** Starts a query of a table. */
  query<Table extends TableNamesOf<Model>>(table: Table): TableQuery<Model[Table]>;
  /** Plain SQL in the same transaction; interpolated values become parameters, never text. */
  readonly sql: SqlTag;
}
