import type { ObjectFact, NamedTypes, TypeFact } from "../../../compiler/model/type-fact.js";
import type { ValueClass } from "../values/value-class.js";

/**
 * What may stand at one place of a document: the types of all its alternatives, merged. It decides
 * the storage form of a value without asking which alternative of a union the value belongs to.
 */
export interface Position {
  /** The kinds of scalars, in the order of values. */
  readonly classes: ReadonlySet<ValueClass>;
  readonly null: boolean;
  /** Any JSON: nothing in it is converted. */
  readonly any: boolean;
  /** The tables whose ids may stand here; `null` where other texts may as well. */
  readonly idTables: readonly string[] | null;
  /**
   * Dates, bigints and bytes carry a tag, since more than one of these and text may stand here and
   * all of them are JSON strings.
   */
  readonly tagged: boolean;
  readonly object: ObjectPosition | null;
  readonly array: ArrayPosition | null;
}

export interface ObjectPosition {
  readonly property: (name: string) => PropertyPosition | null;
  readonly properties: readonly PropertyPosition[];
  /** The values of other properties. */
  readonly others: Position | null;
}

export interface PropertyPosition {
  readonly name: string;
  readonly position: Position;
  readonly optional: boolean;
}

export interface ArrayPosition {
  readonly element: (index: number) => Position;
  readonly elements: readonly Position[];
  /** The elements behind those. */
  readonly rest: Position | null;
}

/** Reads positions off types. Those of recursive types are finite: each is made once. */
export interface Positions {
  of(...types: readonly TypeFact[]): Position;
}

/** Any JSON, as of a field that the schema does not know. */
export const anyPosition: Position = Object.freeze({
  classes: new Set<ValueClass>(),
  null: true,
  any: true,
  idTables: null,
  tagged: false,
  object: null,
  array: null,
});

export function createPositions(named: NamedTypes): Positions {
  const known = new Map<string, Position>();
  const numbers = new Map<TypeFact, number>();

  return { of: (...types) => positionOf(types) };

  function positionOf(types: readonly TypeFact[]): Position {
    const alternatives = [...new Set(types.flatMap((type) => alternativesOf(type, named)))];
    const key = alternatives
      .map(numberOf)
      .toSorted((a, b) => a - b)
      .join();
    let position = known.get(key);
    if (position === undefined) {
      position = merge(alternatives);
      known.set(key, position);
    }
    return position;
  }

  function numberOf(type: TypeFact): number {
    let number = numbers.get(type);
    if (number === undefined) numbers.set(type, (number = numbers.size));
    return number;
  }

  function merge(given: readonly TypeFact[]): Position {
    const isAnyHere = given.some(isAny);
    if (isAnyHere && given.every((type) => isAny(type) || isRaw(type))) return anyPosition;
    const types = isAnyHere ? given.flatMap((type) => (isAny(type) ? anyJson : [type])) : given;
    const classes = new Set(types.flatMap((type) => classOfType(type) ?? []));
    const ids = types.flatMap((type) => (type.kind === "id" ? type.tables : []));
    const isText = (type: TypeFact) => classOfType(type) === "text" && type.kind !== "id";
    const objects = types.filter((type) => type.kind === "object");
    const arrays = types.filter((type) => type.kind === "array" || type.kind === "tuple");
    return {
      classes,
      null: types.some((type) => type.kind === "null"),
      any: false,
      idTables: ids.length === 0 || types.some(isText) ? null : [...new Set(ids)],
      tagged: [...classes].filter((valueClass) => jsonStrings.has(valueClass)).length > 1,
      object: objects.length === 0 ? null : objectPosition(objects),
      array: arrays.length === 0 ? null : arrayPosition(arrays),
    };
  }

  function objectPosition(objects: readonly ObjectFact[]): ObjectPosition {
    const names = [...new Set(objects.flatMap((object) => object.properties.map((p) => p.name)))];
    const find = (object: ObjectFact, name: string) =>
      object.properties.find((property) => property.name === name);
    const byName = lazy(
      () =>
        new Map(
          names.map((name) => {
            const uses = objects.map((object) => find(object, name));
            // An object without the property may have it all the same where it is a record.
            const types = objects.flatMap((object, at) => uses[at]?.type ?? object.index ?? []);
            const optional = uses.some((use) => use === undefined || use.optional);
            return [name, { name, position: positionOf(types), optional }];
          }),
        ),
    );
    const indexes = objects.flatMap((object) => object.index ?? []);
    const others = lazy(() => (indexes.length === 0 ? null : positionOf(indexes)));
    return {
      property: (name) => byName().get(name) ?? null,
      get properties() {
        return [...byName().values()];
      },
      get others() {
        return others();
      },
    };
  }

  function arrayPosition(arrays: readonly ArrayFact[]): ArrayPosition {
    const length = Math.max(
      ...arrays.map((type) => (type.kind === "tuple" ? type.elements.length : 0)),
    );
    const typeAt = (type: ArrayFact, index: number): TypeFact | undefined => {
      if (type.kind === "array") return type.element;
      return type.elements[index] ?? type.rest;
    };
    const elements = lazy(() =>
      Array.from({ length }, (_, index) =>
        positionOf(arrays.flatMap((type) => typeAt(type, index) ?? [])),
      ),
    );
    const rests = arrays.flatMap((type) => typeAt(type, Number.POSITIVE_INFINITY) ?? []);
    const rest = lazy(() => (rests.length === 0 ? null : positionOf(rests)));
    return {
      element: (index) => elements()[index] ?? rest() ?? anyPosition,
      get elements() {
        return elements();
      },
      get rest() {
        return rest();
      },
    };
  }
}

type ArrayFact = Extract<TypeFact, { readonly kind: "array" | "tuple" }>;

const jsonStrings: ReadonlySet<ValueClass> = new Set(["text", "date", "bigint", "bytes"]);

function isAny(type: TypeFact): boolean {
  return (
    type.kind === "any" ||
    type.kind === "unknown" ||
    type.kind === "unsupported" ||
    type.kind === "document"
  );
}

/** Whether values of the type are their own storage form, as any JSON is. */
function isRaw(type: TypeFact): boolean {
  return type.kind === "null" || rawClasses.has(classOfType(type));
}

const rawClasses: ReadonlySet<ValueClass | null> = new Set(["text", "number", "boolean"]);

/** What any JSON can be, spelt out where a date, an object with dates, … may stand there as well. */
const anyJson: readonly TypeFact[] = [
  { kind: "string" },
  { kind: "number" },
  { kind: "boolean" },
  { kind: "null" },
  { kind: "array", element: { kind: "any" } },
  { kind: "object", properties: [], index: { kind: "any" } },
];

/** The alternatives of a type: unions and names resolved. */
function alternativesOf(type: TypeFact, named: NamedTypes): readonly TypeFact[] {
  if (type.kind === "union") return type.members.flatMap((member) => alternativesOf(member, named));
  if (type.kind !== "named") return [type];
  const target = named[type.name];
  return target === undefined ? [{ kind: "any" }] : alternativesOf(target, named);
}

function classOfType(type: TypeFact): ValueClass | null {
  switch (type.kind) {
    case "string":
    case "template":
    case "id":
      return "text";
    case "number":
    case "boolean":
    case "bigint":
    case "date":
    case "bytes":
      return type.kind;
    case "literal":
      return typeof type.value === "string" ? "text" : (typeof type.value as ValueClass);
    case "bigint-literal":
      return "bigint";
    default:
      return null;
  }
}

/** Positions of recursive types refer to themselves: what is below one is read when it is needed. */
function lazy<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => (made ??= { value: make() }).value;
}
