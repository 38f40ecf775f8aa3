import { ConvoyError } from "../../../protocol/errors.js";
import { creationTimeOf } from "../ids/document-id.js";
import type { Row } from "../session/statement.js";
import { invalidValue, placeOf } from "../values/errors.js";
import { MAX_DOCUMENT_BYTES, MAX_INDEX_KEY_BYTES } from "../values/limits.js";
import { decodeColumn, encodeColumn } from "./column-text.js";
import type { TableColumns } from "./columns.js";
import { createDecoders, type Decode } from "./decode-value.js";
import { checkName, type EncodeContext, encodeValue, setOwn } from "./encode-value.js";
import { keyBytesOf, OVERHEAD_BYTES } from "./index-key-size.js";
import type { IndexStorage } from "./index-storage.js";
import { anyPosition, type PropertyPosition } from "./position.js";

/** A document as handlers have it. */
export type StoredDocument = Record<string, unknown> & { _id: string; _creationTime: number };

export interface DocumentCodec {
  /**
   * The columns of a document without its system fields, in Postgres's text form.
   *
   * @throws {ConvoyError} `invalid-value`, `invalid-id`, `wrong-table-id`, `document-too-large` or
   *   `index-key-too-long`.
   */
  readonly encode: (document: Readonly<Record<string, unknown>>) => readonly (string | null)[];
  /**
   * The document of a row: its id, then its columns.
   *
   * @throws {ConvoyError} `document-unreadable` where plain SQL has written something else.
   */
  readonly decode: (row: Row) => StoredDocument;
}

interface DocumentCodecOptions {
  readonly context: EncodeContext;
  readonly properties: readonly PropertyPosition[];
  readonly columns: TableColumns;
  readonly indexes: ReadonlyMap<string, IndexStorage>;
}

export function createDocumentCodec(options: DocumentCodecOptions): DocumentCodec {
  const { context, properties, columns, indexes } = options;
  const decoderOf = createDecoders();
  const positions = new Map(properties.map(({ name, position }) => [name, position]));
  const inColumns = new Set(columns.promoted.map((column) => column.name));
  const decodersInDocument = properties.flatMap(({ name, position }): [string, Decode][] => {
    const decode = inColumns.has(name) ? null : decoderOf(position);
    return decode === null ? [] : [[name, decode]];
  });
  const promoted = columns.promoted.map((column) => {
    const position = positions.get(column.name) ?? anyPosition;
    return { column, position, decode: decoderOf(position) };
  });
  return { encode, decode };

  function encode(document: Readonly<Record<string, unknown>>): readonly (string | null)[] {
    const doc: Record<string, unknown> = {};
    const fields = new Map<string, EncodedField>();
    const path: (string | number)[] = [];
    for (const name of Object.keys(document)) {
      const value = document[name];
      if (value === undefined) continue;
      if (!positions.has(name)) checkName(name, path, context);
      path.push(name);
      const encoded = encodeValue(positions.get(name) ?? anyPosition, value, path, context);
      path.pop();
      if (inColumns.has(name)) fields.set(name, { value, encoded });
      else setOwn(doc, name, encoded);
    }
    const texts = promoted.map(({ column }) => {
      const field = fields.get(column.name);
      if (column.type === "bigint") checkInteger(context.table, column.name, field?.value);
      return encodeColumn(column, field);
    });
    if (columns.document !== null) texts.unshift(JSON.stringify(doc));
    checkSize(texts, document);
    return texts;
  }

  function checkSize(
    texts: readonly (string | null)[],
    document: Readonly<Record<string, unknown>>,
  ): void {
    let bytes = 0;
    for (const text of texts) bytes += text === null ? 0 : Buffer.byteLength(text);
    if (bytes > MAX_DOCUMENT_BYTES) throw tooLarge(context.table, bytes);
    if (bytes > ALWAYS_SHORT_ENOUGH) checkIndexKeys(context.table, indexes, document);
  }

  function decode(row: Row): StoredDocument {
    const id = row[0] ?? "";
    try {
      return decodeFields(id, row);
    } catch (cause) {
      throw unreadable(context.table, id, cause);
    }
  }

  function decodeFields(id: string, row: Row): StoredDocument {
    const _creationTime = creationTimeOf(id);
    let document: StoredDocument = { _id: id, _creationTime };
    let at = 1;
    if (columns.document !== null) {
      const doc = JSON.parse(row[at++] ?? "{}") as Record<string, unknown>;
      for (const [name, decodeField] of decodersInDocument) {
        if (Object.hasOwn(doc, name)) doc[name] = decodeField(doc[name]);
      }
      // A spread that replaces no property costs a tenth of one that does.
      document = { _id: id, _creationTime, ...doc };
      // What plain SQL may have written under the names of system fields does not count.
      if (document._id !== id) document._id = id;
      if (document._creationTime !== _creationTime) document._creationTime = _creationTime;
    }
    for (const field of promoted) {
      const value = decodeColumn(field.column, field.position, row[at++] ?? null, field.decode);
      if (value !== undefined) document[field.column.name] = value;
    }
    return document;
  }
}

/** A field's value and its storage form in JSON. */
export interface EncodedField {
  readonly value: unknown;
  readonly encoded: unknown;
}

/** An integer column would keep another number. */
function checkInteger(table: string, name: string, value: unknown): void {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return;
  throw invalidValue(
    placeOf(table, [name]),
    "is no whole number that a double holds exactly, and its column holds whole numbers alone. Round it.",
  );
}

/** No key of a document of so many bytes is too long, whatever its values take besides. */
const ALWAYS_SHORT_ENOUGH = MAX_INDEX_KEY_BYTES - 16 * OVERHEAD_BYTES;

function checkIndexKeys(
  table: string,
  indexes: ReadonlyMap<string, IndexStorage>,
  document: Readonly<Record<string, unknown>>,
): void {
  for (const index of indexes.values()) {
    const sizes = index.fields.map(({ path }) => keyBytesOf(valueAt(document, path)));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    if (bytes <= MAX_INDEX_KEY_BYTES) continue;
    throw new ConvoyError(
      "index-key-too-long",
      `The fields of index "${index.name}" of table "${table}" take ${bytes} bytes; an index holds at most ${MAX_INDEX_KEY_BYTES}. Shorten the value, or index a hash of it.`,
      { status: 400 },
    );
  }
}

/** The value at a dotted path; `undefined` where there is none. */
export function valueAt(document: Readonly<Record<string, unknown>>, path: string): unknown {
  let value: unknown = document;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name))
      return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function tooLarge(table: string, bytes: number): ConvoyError {
  return new ConvoyError(
    "document-too-large",
    `The document of table "${table}" takes ${bytes} bytes as JSON; ${MAX_DOCUMENT_BYTES} is the most. Split it, or keep large contents in a table of their own.`,
    { status: 413 },
  );
}

function unreadable(table: string, id: string, cause: unknown): ConvoyError {
  const reason = cause instanceof ConvoyError ? ` ${cause.message}` : "";
  return new ConvoyError(
    "document-unreadable",
    `The document ${id} of table "${table}" cannot be read.${reason}`,
    { cause },
  );
}
