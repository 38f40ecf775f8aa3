import type { ObjectFact, PropertyFact, TypeFact } from "../../../../compiler/model/type-fact.js";
import type { Position } from "../../../database/storage/position.js";
import { acceptsAbsence, type DocumentTypes, isAny, tags } from "./document-types.js";
import {
  base64Pattern,
  bigintPattern,
  bytesPattern,
  datePattern,
  idPattern,
  templatePattern,
} from "./patterns.js";

/** Where a value does not fit its type: names and numbers from its root. */
export type Misfit = readonly (string | number)[];

/** Deeper values cannot have been written by Convoy, and would be too much for the stack. */
const MAX_DEPTH = 200;

/**
 * Whether JSON is the storage form of a value of a type: `null` if so, else the place of what does
 * not fit. In a union, it is that in the alternative whose literals the value has, as a discriminator
 * says, or else the place that the closest alternative got to.
 */
export function checkDocument(type: TypeFact, json: unknown, types: DocumentTypes): Misfit | null {
  return check(type, types.positions.of(type), json, []);

  function check(type: TypeFact, position: Position, json: unknown, path: Misfit): Misfit | null {
    if (path.length > MAX_DEPTH) return path;
    if (position.any || isAny(type)) return null;
    switch (type.kind) {
      case "union":
        return checkUnion(type, position, json, path);
      case "named": {
        const target = types.named[type.name];
        return target === undefined ? null : check(target, position, json, path);
      }
      case "object":
        return checkObject(type, position, json, path);
      case "array":
        return checkElements([], type.element, position, json, path);
      case "tuple":
        return checkElements(type.elements, type.rest ?? null, position, json, path);
      default:
        return checkScalar(type, position, json) ? null : path;
    }
  }

  function checkUnion(
    type: TypeFact,
    position: Position,
    json: unknown,
    path: Misfit,
  ): Misfit | null {
    const object = untagged(position, json);
    let meant: Misfit | null = null;
    let closest = path;
    for (const member of alternatives(type)) {
      const misfit = check(member, position, json, path);
      if (misfit === null) return null;
      const literals = object === null ? [] : literalProperties(member, object);
      const other = literals.find(({ name, type }) => {
        const inner = propertyPosition(position, name) ?? types.positions.of(type);
        return check(type, inner, object?.[name], path) !== null;
      });
      // It is not the one that the value says it is, however far it gets with it.
      const place = other === undefined ? misfit : [...path, other.name];
      if (other === undefined && literals.length > 0) meant = longer(meant, place);
      else closest = longer(closest, place);
    }
    return meant ?? closest;
  }

  /** Also those of unions that have a name. */
  function alternatives(type: TypeFact): readonly TypeFact[] {
    if (type.kind === "union") return type.members.flatMap(alternatives);
    const target = type.kind === "named" ? types.named[type.name] : undefined;
    return target === undefined ? [type] : alternatives(target);
  }

  function checkObject(
    type: ObjectFact,
    position: Position,
    json: unknown,
    path: Misfit,
  ): Misfit | null {
    const object = untagged(position, json);
    if (object === null) return path;
    for (const property of type.properties) {
      const at = [...path, property.name];
      if (!Object.hasOwn(object, property.name)) {
        if (property.optional || acceptsAbsence(property.type, types.named)) continue;
        return at;
      }
      const inner = propertyPosition(position, property.name) ?? types.positions.of(property.type);
      const misfit = check(property.type, inner, object[property.name], at);
      if (misfit !== null) return misfit;
    }
    const listed = new Set(type.properties.map(({ name }) => name));
    for (const [name, value] of Object.entries(object)) {
      if (listed.has(name)) continue;
      const at = [...path, name];
      if (type.index === undefined) return at;
      const inner = propertyPosition(position, name) ?? types.positions.of(type.index);
      const misfit = check(type.index, inner, value, at);
      if (misfit !== null) return misfit;
    }
    return null;
  }

  function checkElements(
    first: readonly TypeFact[],
    rest: TypeFact | null,
    position: Position,
    json: unknown,
    path: Misfit,
  ): Misfit | null {
    if (!Array.isArray(json) || json.length < first.length) return path;
    if (rest === null && json.length > first.length) return path;
    for (const [index, element] of json.entries()) {
      const type = first[index] ?? rest;
      if (type === null) return path;
      const inner = position.array?.element(index) ?? types.positions.of(type);
      const misfit = check(type, inner, element, [...path, index]);
      if (misfit !== null) return misfit;
    }
    return null;
  }

  function checkScalar(type: TypeFact, position: Position, json: unknown): boolean {
    switch (type.kind) {
      case "string":
      case "boolean":
        return typeof json === type.kind;
      case "number":
        return typeof json === "number" && Number.isFinite(json);
      case "null":
        return json === null;
      case "literal":
        // -0 and 0 are one number in JSON.
        return json === type.value || (json === 0 && type.value === 0);
      case "template":
        return matches(templatePattern(type.text), json);
      case "id":
        return matches(idPattern(numbersOf(type.tables, types)), json);
      case "date":
        return matches(datePattern, inTag(position, "$date", json));
      case "bigint":
        return matches(bigintPattern, inTag(position, "$bigint", json));
      case "bigint-literal":
        return inTag(position, "$bigint", json) === type.digits;
      case "bytes":
        return matches(
          position.tagged ? base64Pattern : bytesPattern,
          inTag(position, "$bytes", json),
        );
      default:
        return false;
    }
  }
}

/** What tells an object apart from the other alternatives of a union: `kind: "circle"`. */
function literalProperties(
  type: TypeFact,
  object: Readonly<Record<string, unknown>>,
): readonly PropertyFact[] {
  if (type.kind !== "object") return [];
  return type.properties.filter(
    ({ name, type, optional }) => isLiteral(type) && (!optional || Object.hasOwn(object, name)),
  );
}

function isLiteral(type: TypeFact): boolean {
  return type.kind === "literal" || (type.kind === "union" && type.members.every(isLiteral));
}

function longer(one: Misfit | null, other: Misfit): Misfit {
  return one === null || other.length > one.length ? other : one;
}

/** The numbers of those tables that there are. */
export function numbersOf(tables: readonly string[], types: DocumentTypes): readonly number[] {
  return tables.flatMap((table) => types.tableNumber(table) ?? []).toSorted((a, b) => a - b);
}

function propertyPosition(position: Position, name: string): Position | null {
  return position.object?.property(name)?.position ?? position.object?.others ?? null;
}

/** An object without the mark that it has where it could be taken for a tagged value. */
function untagged(position: Position, json: unknown): Record<string, unknown> | null {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return null;
  const object = json as Record<string, unknown>;
  const [key, ...others] = Object.keys(object);
  const tag = others.length === 0 ? tags.find((name) => name === key) : undefined;
  if (!position.tagged || tag === undefined) return object;
  return tag === "$object" ? untagged({ ...position, tagged: false }, object[tag]) : null;
}

function inTag(position: Position, tag: (typeof tags)[number], json: unknown): unknown {
  if (!position.tagged) return json;
  if (typeof json !== "object" || json === null || Array.isArray(json)) return null;
  return Object.keys(json).length === 1 ? (json as Record<string, unknown>)[tag] : null;
}

const expressions = new Map<string, RegExp>();
/** Schemas have few patterns; this bound is for those who make schemas without end. */
const MAX_EXPRESSIONS = 1000;

function matches(pattern: string | null, json: unknown): boolean {
  if (pattern === null || typeof json !== "string") return false;
  let expression = expressions.get(pattern);
  if (expression === undefined) {
    if (expressions.size >= MAX_EXPRESSIONS) expressions.clear();
    expression = new RegExp(pattern, "su");
    expressions.set(pattern, expression);
  }
  return expression.test(json);
}
