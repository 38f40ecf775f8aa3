import { isDocumentId, tableNumberOf } from "../ids/document-id.js";
import { wrongId } from "../ids/errors.js";
import { invalidValue, placeOf } from "../values/errors.js";
import { MAX_BIGINT_DIGITS, MAX_DEPTH } from "../values/limits.js";
import { encodeBigint, encodeBytes, encodeDate } from "../values/scalar-text.js";
import { textProblem } from "../values/text.js";
import { classOf, type ValueClass } from "../values/value-class.js";
import { anyPosition, type Position } from "./position.js";

/** Where a value is. Encoding steps in and out of it, so that no document costs a path a value. */
type Path = (string | number)[];

/** What an encoder needs to know of the database besides the position. */
export interface EncodeContext {
  readonly table: string;
  /** The number that ids of the table carry. */
  readonly tableNumber: (table: string) => number;
}

/**
 * The storage form of a value at a position: JSON, in which absent properties are left out.
 *
 * @throws {ConvoyError} `invalid-value`, `invalid-id` or `wrong-table-id`, with the place.
 */
export function encodeValue(
  position: Position,
  value: unknown,
  path: Path,
  context: EncodeContext,
): unknown {
  const valueClass = classOf(value);
  if (valueClass !== null && !mayHold(position, valueClass)) return refuse(value, path, context);
  switch (typeof value) {
    case "string":
      return encodeText(position, value, path, context);
    case "number":
      if (Number.isFinite(value)) return value;
      throw invalidValue(
        placeOf(context.table, path),
        `is ${value}, and JSON has no such number. Store null, or leave the field out.`,
      );
    case "boolean":
      return value;
    case "bigint":
      return tagged(position, "$bigint", encodeStoredBigint(value, path, context));
    case "object":
      return value === null ? null : encodeObject(position, value, path, context);
    default:
      return refuse(value, path, context);
  }
}

/** In another place, the storage form of the value would be read back as something else. */
function mayHold(position: Position, valueClass: ValueClass): boolean {
  return position.any ? jsonClasses.has(valueClass) : position.classes.has(valueClass);
}

const jsonClasses: ReadonlySet<ValueClass> = new Set(["text", "number", "boolean"]);

function encodeText(
  position: Position,
  value: string,
  path: Path,
  { table, tableNumber }: EncodeContext,
): string {
  const problem = textProblem(value);
  if (problem !== null) {
    throw invalidValue(
      placeOf(table, path),
      `contains ${problem}, which Postgres cannot keep. Remove it.`,
    );
  }
  const tables = position.idTables;
  if (tables === null || (isDocumentId(value) && hasTable(value))) return value;
  throw wrongId(placeOf(table, path), tables, value);

  function hasTable(id: string): boolean {
    const number = tableNumberOf(id);
    return tables === null || tables.some((name) => tableNumber(name) === number);
  }
}

/** Postgres's `numeric` has an end, and one value beyond it would fail every query of the field. */
function encodeStoredBigint(value: bigint, path: Path, { table }: EncodeContext): string {
  const text = encodeBigint(value);
  if (text.length <= MAX_BIGINT_DIGITS) return text;
  throw invalidValue(
    placeOf(table, path),
    `is a bigint of ${text.length} digits; ${MAX_BIGINT_DIGITS} is the most. Store it as bytes.`,
  );
}

function encodeObject(
  position: Position,
  value: object,
  path: Path,
  context: EncodeContext,
): unknown {
  if (path.length >= MAX_DEPTH) {
    throw invalidValue(
      placeOf(context.table, path.slice(0, 4)),
      `holds values more than ${MAX_DEPTH} levels deep. Make it flatter.`,
    );
  }
  if (Array.isArray(value)) {
    const elements: readonly unknown[] = value;
    const encoded: unknown[] = [];
    for (let index = 0; index < elements.length; index++) {
      const found = position.array?.element(index) ?? anyPosition;
      path.push(index);
      encoded.push(encodeValue(found, elements[index], path, context));
      path.pop();
    }
    return encoded;
  }
  if (value instanceof Date) {
    return tagged(position, "$date", encodeDate(value, placeOf(context.table, path)));
  }
  if (value instanceof Uint8Array) {
    if (position.tagged) return { $bytes: Buffer.from(value).toString("base64") };
    return encodeBytes(value);
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return refuse(value, path, context);
  const encoded = encodeProperties(position, value, path, context);
  // Where values carry tags, an object that looks like a tagged value must not be taken for one.
  return position.tagged && looksTagged(encoded) ? { $object: encoded } : encoded;
}

function encodeProperties(
  position: Position,
  value: object,
  path: Path,
  context: EncodeContext,
): object {
  const encoded: Record<string, unknown> = {};
  const properties = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(properties)) {
    const property = properties[name];
    if (property === undefined) continue;
    checkName(name, path, context);
    const found =
      position.object?.property(name)?.position ?? position.object?.others ?? anyPosition;
    path.push(name);
    setOwn(encoded, name, encodeValue(found, property, path, context));
    path.pop();
  }
  return encoded;
}

/** @throws {ConvoyError} `invalid-value` for a name of a property that Postgres cannot keep. */
export function checkName(name: string, path: Path, { table }: EncodeContext): void {
  const problem = textProblem(name);
  if (problem === null) return;
  throw invalidValue(
    placeOf(table, path),
    `has a property whose name contains ${problem}, which Postgres cannot keep. Rename it.`,
  );
}

/** A property called `__proto__` is one like any other: assigned, it would be the prototype. */
export function setOwn(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== "__proto__") {
    object[name] = value;
    return;
  }
  const writable = true;
  Object.defineProperty(object, name, { value, writable, enumerable: true, configurable: true });
}

function tagged(position: Position, tag: "$date" | "$bigint", text: string): unknown {
  return position.tagged ? { [tag]: text } : text;
}

function looksTagged(object: object): boolean {
  const [name, ...others] = Object.keys(object);
  return name !== undefined && others.length === 0 && name.startsWith("$");
}

function refuse(value: unknown, path: Path, { table }: EncodeContext): never {
  const name = typeof value === "object" ? value?.constructor?.name : null;
  const what = name ? `a ${name}` : value === undefined ? "undefined" : `a ${typeof value}`;
  throw invalidValue(
    placeOf(table, path),
    `is ${what}, which the schema does not let this field hold. Convert it before it is stored.`,
  );
}
