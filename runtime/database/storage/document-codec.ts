import { ConvoyError } from "../../../protocol/errors.js";
import { creationTimeOf } from "../ids/document-id.js";
import type { Row } from "../session/statement.js";
import { MAX_DOCUMENT_BYTES, MAX_INDEX_KEY_BYTES } from "../values/limits.js";
import { decodeColumn, encodeColumn } from "./column-text.js";
import type { TableColumns } from "./columns.js";
import { createDecoders, type Decode } from "./decode-value.js";
import { type EncodeContext, encodeValue } from "./encode-value.js";
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
    const doc = Object.create(null) as Record<string, unknown>;
    const fields = new Map<string, EncodedField>();
    for (const [name, value] of Object.entries(document)) {
      if (value === undefined) continue;
      const encoded = encodeValue(positions.get(name) ?? anyPosition, value, [name], context);
      if (inColumns.has(name)) fields.set(name, { value, encoded });
      else doc[name] = encoded;
    }
    const texts = promoted.map(({ column }) => encodeColumn(column, fields.get(column.name)));
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
    // No key is longer than the whole document.
    if (bytes > MAX_INDEX_KEY_BYTES) checkIndexKeys(context.table, indexes, document);
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
    const system = { _id: id, _creationTime: creationTimeOf(id) };
    let document: StoredDocument = system;
    let at = 1;
    if (columns.document !== null) {
      const doc = JSON.parse(row[at++] ?? "{}") as Record<string, unknown>;
      for (const [name, decodeField] of decodersInDocument) {
        if (Object.hasOwn(doc, name)) doc[name] = decodeField(doc[name]);
      }
      // What plain SQL may have written under the names of system fields does not count.
      document = { ...system, ...doc, ...system };
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

function checkIndexKeys(
  table: string,
  indexes: ReadonlyMap<string, IndexStorage>,
  document: Readonly<Record<string, unknown>>,
): void {
  for (const index of indexes.values()) {
    let bytes = 0;
    for (const field of index.fields) {
      for (const text of field.encode(valueAt(document, field.path))) {
        bytes += text === null ? 0 : Buffer.byteLength(text);
      }
    }
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
