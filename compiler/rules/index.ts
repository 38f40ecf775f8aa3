import { serverImportInClient } from "./clients/server-import-in-client.js";
import { anyLeak } from "./functions/any-leak.js";
import { circularInference } from "./functions/circular-inference.js";
import { dynamicName } from "./functions/dynamic-name.js";
import { filterCouldUseIndex } from "./functions/filter-could-use-index.js";
import { floatingDatabaseCall } from "./functions/floating-database-call.js";
import { fullScan } from "./functions/full-scan.js";
import { functionNameConflict } from "./functions/function-name-conflict.js";
import { indexRange } from "./functions/index-range.js";
import { ioInTransaction } from "./functions/io-in-transaction.js";
import { notAFunction } from "./functions/not-a-function.js";
import { orderNeedsSort } from "./functions/order-needs-sort.js";
import { unknownIndex } from "./functions/unknown-index.js";
import { unknownTable } from "./functions/unknown-table.js";
import { wireType } from "./functions/wire-type.js";
import { writeInQuery } from "./functions/write-in-query.js";
import { wrongTableId } from "./functions/wrong-table-id.js";
import type { Rule } from "./rule.js";
import { duplicateIndex } from "./schema/duplicate-index.js";
import { indexFieldNotIndexable } from "./schema/index-field-not-indexable.js";
import { indexLimits } from "./schema/index-limits.js";
import { invalidName } from "./schema/invalid-name.js";
import { missingSchema } from "./schema/missing-schema.js";
import { oneWayTransform } from "./schema/one-way-transform.js";
import { promoteNullAndAbsent } from "./schema/promote-null-and-absent.js";
import { redundantIndex } from "./schema/redundant-index.js";
import { refSetNull } from "./schema/ref-set-null.js";
import { schemaExport } from "./schema/schema-export.js";
import { tooManyColumns } from "./schema/too-many-columns.js";
import { unknownIndexField } from "./schema/unknown-index-field.js";
import { unknownPromotedField } from "./schema/unknown-promoted-field.js";
import { unknownRefTable } from "./schema/unknown-ref-table.js";
import { unreadableSchema } from "./schema/unreadable-schema.js";
import { unstorableType } from "./schema/unstorable-type.js";

/** Every rule, in the order of the codes. */
export const rules: readonly Rule[] = Object.freeze([
  missingSchema,
  schemaExport,
  unreadableSchema,
  unknownRefTable,
  unknownIndexField,
  indexFieldNotIndexable,
  duplicateIndex,
  redundantIndex,
  invalidName,
  unstorableType,
  oneWayTransform,
  promoteNullAndAbsent,
  unknownPromotedField,
  indexLimits,
  refSetNull,
  tooManyColumns,
  unknownTable,
  unknownIndex,
  indexRange,
  orderNeedsSort,
  fullScan,
  filterCouldUseIndex,
  wrongTableId,
  writeInQuery,
  ioInTransaction,
  floatingDatabaseCall,
  dynamicName,
  wireType,
  anyLeak,
  notAFunction,
  circularInference,
  functionNameConflict,
  serverImportInClient,
]);
