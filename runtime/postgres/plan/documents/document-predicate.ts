import type { ObjectFact, TypeFact } from "../../../../compiler/model/type-fact.js";
import type { Position } from "../../../database/storage/position.js";
import { literal } from "../../sql/identifier.js";
import { numbersOf } from "./check-document.js";
import { acceptsAbsence, type DocumentTypes, isAny, tags } from "./document-types.js";
import { base64Pattern, bigintPattern, bytesPattern, templatePattern } from "./patterns.js";
import { dateFits, idFits } from "./text-predicates.js";

/** An expression of type jsonb, and the text of the JSON string that it may be. */
export interface JsonExpression {
  readonly json: string;
  readonly text: string;
}

/** A property of an object, or an element of an array: Postgres has a fast way to their texts. */
export function jsonInside(json: string, key: string | number): JsonExpression {
  const name = typeof key === "string" ? literal(key) : key;
  return { json: `(${json}->${name})`, text: `(${json}->>${name})` };
}

export function jsonExpression(json: string): JsonExpression {
  return { json, text: `(${json} #>> '{}')` };
}

/** A longer predicate is slower than reading the documents. */
const MAX_PREDICATE = 100_000;

/** Beyond this, a number becomes infinite when it is read. */
const MAX_NUMBER = "1.7976931348623158e308";

/**
 * The same as `checkDocument`, as SQL over a `jsonb` expression: true where the JSON fits, false
 * where it does not, and never NULL unless the expression is. No part of it can fail, whatever the
 * JSON is, since Postgres may evaluate the parts of an `and` in any order. `null` for what SQL
 * cannot say: recursive types, and those that would make it very long.
 */
export function documentPredicate(
  type: TypeFact,
  root: JsonExpression,
  types: DocumentTypes,
): string | null {
  let names = 0;
  const open = new Set<string>();
  try {
    const predicate = fits(type, types.positions.of(type), root);
    return predicate.length > MAX_PREDICATE ? null : predicate;
  } catch (error) {
    if (error instanceof NoPredicate) return null;
    throw error;
  }

  function fits(type: TypeFact, position: Position, at: JsonExpression): string {
    if (position.any || isAny(type)) return "true";
    switch (type.kind) {
      case "union":
        return unionFits(type.members, position, at);
      case "named": {
        const target = types.named[type.name];
        if (target === undefined) return "true";
        if (open.has(type.name)) throw new NoPredicate();
        open.add(type.name);
        const predicate = fits(target, position, at);
        open.delete(type.name);
        return predicate;
      }
      case "object":
        return objectFits(type, position, at);
      case "array":
        return arrayFits([], type.element, position, at);
      case "tuple":
        return arrayFits(type.elements, type.rest ?? null, position, at);
      default:
        return scalarFits(type, position, at);
    }
  }

  /** Literals are one list; all else is tried in turn. */
  function unionFits(members: readonly TypeFact[], position: Position, at: JsonExpression): string {
    const literals = members.flatMap((member) => (member.kind === "literal" ? [member.value] : []));
    const others = members.filter((member) => member.kind !== "literal");
    const alternatives = others.map((member) => fits(member, position, at));
    if (literals.length > 0) {
      alternatives.unshift(`${at.json} in (${literals.map(jsonLiteral).join(", ")})`);
    }
    return alternatives.length === 0 ? "false" : `(${alternatives.join(" or ")})`;
  }

  function objectFits(type: ObjectFact, position: Position, { json }: JsonExpression): string {
    const plain = propertiesFit(type, position, json);
    const isObject = (condition: string) => ifType(json, "object", condition);
    if (!position.tagged) return isObject(plain);
    const empty = "'{}'::jsonb";
    const looksTagged = tags.map((tag) => `${json} - '${tag}' = ${empty}`).join(" or ");
    const inner = jsonInside(json, "$object");
    const unwrapped = ifType(inner.json, "object", propertiesFit(type, position, inner.json));
    return isObject(
      `case when ${json} <> ${empty} and (${looksTagged}) then ${json} ? '$object' and ${unwrapped} else ${plain} end`,
    );
  }

  /** Of what is known to be an object. */
  function propertiesFit(type: ObjectFact, position: Position, json: string): string {
    const listed = type.properties.map(({ name }) => name);
    const conditions = type.properties.map((property) => {
      const inner = propertyPosition(position, property.name) ?? types.positions.of(property.type);
      const value = jsonInside(json, property.name);
      const predicate = fits(property.type, inner, value);
      const mayBeAbsent = property.optional || acceptsAbsence(property.type, types.named);
      return propertyFits(json, property.name, predicate, mayBeAbsent);
    });
    const { index } = type;
    if (index === undefined) {
      conditions.push(`${without(json, listed)} = '{}'::jsonb`);
    } else if (!isAny(index)) {
      // In a union, properties that another alternative lists may be stored in another form.
      const special = (position.object?.properties ?? []).filter(
        ({ name }) => !listed.includes(name),
      );
      for (const { name, position: inner } of special) {
        const predicate = fits(index, inner, jsonInside(json, name));
        conditions.push(propertyFits(json, name, predicate, true));
      }
      const others = position.object?.others ?? types.positions.of(index);
      if (!others.any) {
        const rest = without(json, [...listed, ...special.map(({ name }) => name)]);
        const value = nextName();
        conditions.push(
          `not exists (select from jsonb_each(${rest}) as ${value}(k, v) where not ${fits(index, others, jsonExpression(`${value}.v`))})`,
        );
      }
    }
    return conditions.length === 0 ? "true" : `(${conditions.join(" and ")})`;
  }

  function arrayFits(
    first: readonly TypeFact[],
    rest: TypeFact | null,
    position: Position,
    { json }: JsonExpression,
  ): string {
    const conditions: string[] = [];
    const length = `jsonb_array_length(${json})`;
    if (rest === null) conditions.push(`${length} = ${first.length}`);
    else if (first.length > 0) conditions.push(`${length} >= ${first.length}`);
    // In a union with a tuple, the first elements of an array may be stored in another form.
    const own = Math.max(first.length, position.array?.elements.length ?? 0);
    for (let index = 0; index < own; index += 1) {
      const type = first[index] ?? rest;
      if (type === null) break;
      const inner = position.array?.element(index) ?? types.positions.of(type);
      const predicate = fits(type, inner, jsonInside(json, index));
      conditions.push(index < first.length ? predicate : `(${length} <= ${index} or ${predicate})`);
    }
    if (rest !== null && !isAny(rest)) {
      const name = nextName();
      const inner = position.array?.element(own) ?? types.positions.of(rest);
      const path = own === 0 && !inner.any ? elementPath(rest) : null;
      if (path !== null) {
        return ifType(json, "array", `not ${json} @? ${literal(path)}`);
      }
      const beyond = own === 0 ? "" : `${name}.n > ${own} and `;
      conditions.push(
        `not exists (select from jsonb_array_elements(${json}) with ordinality as ${name}(v, n) where ${beyond}not ${fits(rest, inner, jsonExpression(`${name}.v`))})`,
      );
    }
    return ifType(json, "array", conditions.length === 0 ? "true" : conditions.join(" and "));
  }

  function scalarFits(type: TypeFact, position: Position, at: JsonExpression): string {
    switch (type.kind) {
      case "string":
      case "boolean":
      case "null":
        return isOfType(at.json, type.kind);
      case "number":
        return ifType(at.json, "number", `abs(${at.json}::numeric) < ${MAX_NUMBER}`);
      case "literal":
        return `${at.json} = ${jsonLiteral(type.value)}`;
      case "template":
        return textFits(at, templatePattern(type.text));
      case "id":
        return stringFits(at, (text) => idFits(text, numbersOf(type.tables, types)));
      case "date":
        return taggedFits(position, "$date", at, (inner) => stringFits(inner, dateFits));
      case "bigint":
        return taggedFits(position, "$bigint", at, (text) => textFits(text, bigintPattern));
      case "bigint-literal":
        return taggedFits(
          position,
          "$bigint",
          at,
          (inner) => `${inner.json} = ${jsonLiteral(type.digits)}`,
        );
      case "bytes":
        return taggedFits(position, "$bytes", at, (text) =>
          textFits(text, position.tagged ? base64Pattern : bytesPattern),
        );
      default:
        return "false";
    }
  }

  function nextName(): string {
    names += 1;
    return `e${names}`;
  }
}

/** Thrown to leave a deep recursion; nobody else sees it. */
class NoPredicate extends Error {}

/** Finds an element that does not fit, of an array of simple scalars: three times as fast. */
function elementPath({ kind }: TypeFact): string | null {
  switch (kind) {
    case "string":
    case "boolean":
    case "null":
      return `strict $[*] ? (@.type() != "${kind}")`;
    case "number":
      return `strict $[*] ? (@.type() != "number" || @ >= ${MAX_NUMBER} || @ <= -${MAX_NUMBER})`;
    default:
      return null;
  }
}

function propertyPosition(position: Position, name: string): Position | null {
  return position.object?.property(name)?.position ?? position.object?.others ?? null;
}

function propertyFits(json: string, name: string, predicate: string, mayBeAbsent: boolean): string {
  const present = `${json} ? ${literal(name)}`;
  return mayBeAbsent ? `(not ${present} or ${predicate})` : `(${present} and ${predicate})`;
}

function taggedFits(
  position: Position,
  tag: string,
  at: JsonExpression,
  fits: (at: JsonExpression) => string,
): string {
  if (!position.tagged) return fits(at);
  const inner = jsonInside(at.json, tag);
  return ifType(
    at.json,
    "object",
    `${at.json} ? '${tag}' and ${at.json} - '${tag}' = '{}'::jsonb and ${fits(inner)}`,
  );
}

function textFits(at: JsonExpression, pattern: string): string {
  return stringFits(at, (text) => `${text} ~ ${literal(pattern)}`);
}

function stringFits(at: JsonExpression, fits: (text: string) => string): string {
  return `(${isOfType(at.json, "string")} and ${fits(at.text)})`;
}

function isOfType(json: string, type: string): string {
  return `jsonb_typeof(${json}) = '${type}'`;
}

/** Only `case` promises that the condition is not evaluated for JSON that it would fail on. */
function ifType(json: string, type: string, condition: string): string {
  return `case when ${isOfType(json, type)} then ${condition} else false end`;
}

function without(json: string, names: readonly string[]): string {
  if (names.length === 0) return json;
  return `(${json} - array[${names.map(literal).join(", ")}]::text[])`;
}

function jsonLiteral(value: string | number | boolean): string {
  return `${literal(JSON.stringify(value))}::jsonb`;
}
