export { ConvoyError, type ConvoyErrorOptions } from "../protocol/errors.js";
export type { Id } from "../protocol/id.js";
export { defineRef, type OnDelete, type RefOptions, type RefType } from "./schema/ref.js";
export type { Register, RegisteredTableNames } from "./schema/register.js";
export { defineSchema, type SchemaDefinition } from "./schema/schema.js";
export {
  defineTable,
  type IndexableField,
  type IndexDefinition,
  type TableDefinition,
  type TableValidator,
} from "./schema/table.js";
