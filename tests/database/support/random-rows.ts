import fc from "fast-check";
import type { Manifest } from "../../../compiler/model/manifest.js";
import { ModelTable } from "./model-table.js";
import { type DocumentFields, randomDocument } from "./random-document.js";
import { tableNumbers, testId } from "./test-ids.js";

/** The documents of a table, by their ids, and the same in memory. */
export interface RandomRows {
  readonly documents: ReadonlyMap<string, DocumentFields>;
  readonly model: ModelTable;
}

/** Documents for every table of a manifest; none violates a unique index. */
export function randomRows(
  manifest: Manifest,
  maxLength: number,
): fc.Arbitrary<readonly RandomRows[]> {
  const tableNumber = tableNumbers(manifest.tables);
  const tables = manifest.tables.map((table) => {
    const document = randomDocument(table, { types: manifest.types, tableNumber });
    const number = tableNumber(table.name);
    return fc.array(document, { maxLength, size: "max" }).map((list): RandomRows => {
      const model = new ModelTable(table);
      const documents = new Map<string, DocumentFields>();
      for (const [at, fields] of list.entries()) {
        const id = rowId(number, at);
        if (model.insert(id, fields) === null) documents.set(id, fields);
      }
      return { documents, model };
    });
  });
  return fc.tuple(...tables);
}

/** Ids of which some are of the same millisecond, and whose order is not that of insertion. */
export function rowId(tableNumber: number, at: number): string {
  const scattered = (at * 7919) % 997;
  return testId(tableNumber, 1_795_380_000_000 + Math.floor(scattered / 3), BigInt(scattered));
}
