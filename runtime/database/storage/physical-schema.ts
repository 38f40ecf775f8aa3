import type { Manifest } from "../../../compiler/model/manifest.js";
import type { PhysicalSchema } from "../../postgres/schema/physical-schema.js";
import { changeLayoutOf } from "./change-layout.js";
import { createTableStorage } from "./table-storage.js";

/**
 * What a manifest becomes in Postgres.
 *
 * @throws {ConvoyError} `reserved-column`.
 */
export function physicalSchema(manifest: Manifest): PhysicalSchema {
  return {
    tables: manifest.tables.map((table) => {
      // Nothing is encoded or queried here: neither numbers nor the schema's name matter.
      const tableNumber = () => 0;
      const { columns, indexes } = createTableStorage({
        table,
        types: manifest.types,
        schema: "public",
        tableNumber,
      });
      return {
        name: table.name,
        columns: [...(columns.document ? [columns.document] : []), ...columns.promoted],
        indexes: [...indexes.values()].flatMap((index) => index.physical),
        changes: changeLayoutOf(indexes.values()),
      };
    }),
  };
}
