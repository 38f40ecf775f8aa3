import { z } from "zod";

/** What a table's documents look like: a shape, a `z.object`, or a union of objects. */
export type TableValidator = z.core.$ZodType<Record<string, unknown>>;

/** The names under which an index can list a field: its own, or a dotted path below it. */
export type IndexableField<FieldNames extends string> = FieldNames | `${FieldNames}.${string}`;

type FieldNamesOf<Document> = Document extends unknown ? keyof Document & string : never;

/** An index as a table definition keeps it. */
export interface IndexDefinition {
  readonly name: string;
  /** Field names or dotted paths, in order; `_id` follows implicitly. */
  readonly fields: readonly string[];
  readonly unique: boolean;
}

/**
 * A table of a schema. Immutable: every method returns a new definition. The members that start
 * with `~` exist in types alone; the compiler reads them.
 */
export interface TableDefinition<
  Document = unknown,
  Input = unknown,
  Indexes = unknown,
  Promoted extends string = string,
  Relational extends boolean = boolean,
  // Not derived from the document: in a helper that adds fields to a generic shape, the document is
  // unresolved, but the names that the helper adds are known.
  FieldNames extends string = string,
> {
  /** A stored document without its system fields. */
  readonly "~doc": Document;
  /** What an insert takes: fields that have a default may be left out. */
  readonly "~input": Input;
  /** `{ [index name]: { fields, unique } }`. */
  readonly "~indexes": Indexes;
  /** The promoted fields, as a union. */
  readonly "~promoted": Promoted;
  readonly "~relational": Relational;

  readonly validator: TableValidator;
  readonly indexes: readonly IndexDefinition[];
  readonly promoted: readonly string[];
  readonly isRelational: boolean;

  /**
   * Adds an ordered index over up to 16 fields; dotted paths reach into objects. It ends in an
   * implicit `_id`, so its order is total.
   *
   * @example defineTable({ … }).index("by_city", ["address.city", "createdAt"])
   */
  index<const Name extends string, const Fields extends readonly IndexableField<FieldNames>[]>(
    name: Name,
    fields: Fields,
  ): TableDefinition<
    Document,
    Input,
    Indexes & { readonly [N in Name]: { readonly fields: Fields; readonly unique: false } },
    Promoted,
    Relational,
    FieldNames
  >;

  /** Adds a unique index: a second document with the same values is refused with a code. */
  unique<const Name extends string, const Fields extends readonly IndexableField<FieldNames>[]>(
    name: Name,
    fields: Fields,
  ): TableDefinition<
    Document,
    Input,
    Indexes & { readonly [N in Name]: { readonly fields: Fields; readonly unique: true } },
    Promoted,
    Relational,
    FieldNames
  >;

  /** Stores these fields in real columns. Functions, types and results stay the same. */
  promote<const Fields extends readonly IndexableField<FieldNames>[]>(
    fields: Fields,
  ): TableDefinition<Document, Input, Indexes, Promoted | Fields[number], Relational, FieldNames>;

  /** Stores every field in a real column. Functions, types and results stay the same. */
  relational(): TableDefinition<Document, Input, Indexes, Promoted, true, FieldNames>;
}

/**
 * Defines a table of documents.
 *
 * @example
 * defineTable({ name: z.string(), userId: defineRef("users") }).index("by_userId", ["userId"])
 */
export function defineTable<const Validator extends TableValidator>(
  validator: Validator,
): TableDefinition<
  z.output<Validator>,
  z.input<Validator>,
  unknown,
  never,
  false,
  FieldNamesOf<z.output<Validator>>
>;
export function defineTable<Shape extends z.core.$ZodShape>(
  shape: Shape,
): TableDefinition<
  z.output<z.core.$ZodObject<Shape, z.core.$strip>>,
  z.input<z.core.$ZodObject<Shape, z.core.$strip>>,
  unknown,
  never,
  false,
  keyof Shape & string
>;
export function defineTable(shape: TableValidator | z.core.$ZodShape): unknown {
  const validator = shape instanceof z.core.$ZodType ? shape : z.strictObject(shape);
  return tableDefinition({ validator, indexes: [], promoted: [], isRelational: false });
}

type TableState = Pick<TableDefinition, "validator" | "indexes" | "promoted" | "isRelational">;

function tableDefinition(state: TableState): object {
  const addIndex = (unique: boolean) => (name: string, fields: readonly string[]) =>
    tableDefinition({
      ...state,
      indexes: [...state.indexes, Object.freeze({ name, fields: [...fields], unique })],
    });
  return Object.freeze({
    ...state,
    index: addIndex(false),
    unique: addIndex(true),
    promote: (fields: readonly string[]) =>
      tableDefinition({ ...state, promoted: [...new Set([...state.promoted, ...fields])] }),
    relational: () => tableDefinition({ ...state, isRelational: true }),
  });
}
