import type { Id } from "../../protocol/id.js";
import type { GenericDataModel, TableNamesOf } from "./data-model.js";
import type { GenericDatabaseReader } from "./reader.js";

/** The fields of a document that a patch may set; `undefined` removes an optional one. */
export type PatchOf<Document> = Document extends unknown
  ? {
      [Field in Exclude<keyof Document, "_id" | "_creationTime">]?:
        | Document[Field]
        | (Record<string, never> extends Pick<Document, Field> ? undefined : never);
    }
  : never;

/** Reads and writes documents, inside the transaction of the mutation. */
export interface GenericDatabaseWriter<Model extends GenericDataModel>
  extends GenericDatabaseReader<Model> {
  /** Adds a document; fields that have a default may be left out. */
  insert<Table extends TableNamesOf<Model>>(
    table: Table,
    document: Model[Table]["insert"],
  ): Promise<Id<Table>>;
  /** Adds documents in one round trip; the ids come in their order. */
  insertMany<Table extends TableNamesOf<Model>>(
    table: Table,
    documents: readonly Model[Table]["insert"][],
  ): Promise<Id<Table>[]>;
  /** Sets some fields (shallow) and returns the new document, which is validated as a whole. */
  patch<Table extends TableNamesOf<Model>>(
    id: Id<Table>,
    fields: PatchOf<Model[Table]["document"]>,
  ): Promise<Model[Table]["document"]>;
  patch<Table extends TableNamesOf<Model>>(
    table: Table,
    id: Id<NoInfer<Table>>,
    fields: PatchOf<Model[Table]["document"]>,
  ): Promise<Model[Table]["document"]>;
  /** Replaces all fields but the system's and returns the new document. */
  replace<Table extends TableNamesOf<Model>>(
    id: Id<Table>,
    document: Model[Table]["insert"],
  ): Promise<Model[Table]["document"]>;
  replace<Table extends TableNamesOf<Model>>(
    table: Table,
    id: Id<NoInfer<Table>>,
    document: Model[Table]["insert"],
  ): Promise<Model[Table]["document"]>;
  delete<Table extends TableNamesOf<Model>>(id: Id<Table>): Promise<void>;
  delete<Table extends TableNamesOf<Model>>(table: Table, id: Id<NoInfer<Table>>): Promise<void>;
}
