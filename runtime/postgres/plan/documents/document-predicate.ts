import type { ObjectFact, TypeFact } from "../../../../compiler/model/type-fact.js";
import type { Position } from "../../../database/storage/position.js";
import { literal } from "../../sql/identifier.js";
import { numbersOf } from "./check-document.js";
import { acceptsAbsence, type DocumentTypes, isAny, tags } from "./document-types.js";
import {
  base64Pattern,
  bigintPattern,
  bytesPattern,
  datePattern,
  idPattern,
  templatePattern,
} from "./patterns.js";

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
  json: string,
  types: DocumentTypes,
): string | null {
  let names = 0;
  const open = new Set<string>();
  try {
    const predicate = fits(type, types.positions.of(type), json);
    return predicate.length > MAX_PREDICATE ? null : predicate;
  } catch (error) {
    if (error instanceof NoPredicate) return null;
    throw error;
  }

  function fits(type: TypeFact, position: Position, json: string): string {
    if (position.any || isAny(type)) return "true";
    switch (type.kind) {
      case "union":
        return unionFits(type.members, position, json);
      case "named": {
        const target = types.named[type.name];
        if (target === undefined) return "true";
        if (open.has(type.name)) throw new NoPredicate();
        open.add(type.name);
        const predicate = fits(target, position, json);
        open.delete(type.name);
        return predicate;
      }
      case "object":
        return objectFits(type, position, json);
      case "array":
        return arrayFits([], type.element, position, json);
      case "tuple":
        return arrayFits(type.elements, type.rest ?? null, position, json);
      default:
        return scalarFits(type, position, json);
    }
  }

  /** Literals are one list; all else is tried in turn. */
  function unionFits(members: readonly TypeFact[], position: Position, json: string): string {
    const literals = members.flatMap((member) => (member.kind === "literal" ? [member.value] : []));
    const others = members.filter((member) => member.kind !== "literal");
    const alternatives = others.map((member) => fits(member, position, json));
    if (literals.length > 0) {
      alternatives.unshift(`${json} in (${literals.map(jsonLiteral).join(", ")})`);
    }
    return alternatives.length === 0 ? "false" : `(${alternatives.join(" or ")})`;
  }

  function objectFits(type: ObjectFact, position: Position, json: string): string {
    const plain = propertiesFit(type, position, json);
    const isObject = (condition: string) => ifType(json, "object", condition);
    if (!position.tagged) return isObject(plain);
    const empty = "'{}'::jsonb";
    const looksTagged = tags.map((tag) => `${json} - '${tag}' = ${empty}`).join(" or ");
    const inner = `(${json}->'$object')`;
    const unwrapped = ifType(inner, "object", propertiesFit(type, position, inner));
    return isObject(
      `case when ${json} <> ${empty} and (${looksTagged}) then ${json} ? '$object' and ${unwrapped} else ${plain} end`,
    );
  }

  /** Of what is known to be an object. */
  function propertiesFit(type: ObjectFact, position: Position, json: string): string {
    const listed = type.properties.map(({ name }) => name);
    const conditions = type.properties.map((property) => {
      const inner = propertyPosition(position, property.name) ?? types.positions.of(property.type);
      const value = `(${json}->${literal(property.name)})`;
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
        const predicate = fits(index, inner, `(${json}->${literal(name)})`);
        conditions.push(propertyFits(json, name, predicate, true));
      }
      const others = position.object?.others ?? types.positions.of(index);
      if (!others.any) {
        const rest = without(json, [...listed, ...special.map(({ name }) => name)]);
        const value = nextName();
        conditions.push(
          `not exists (select from jsonb_each(${rest}) as ${value}(k, v) where not ${fits(index, others, `${value}.v`)})`,
        );
      }
    }
    return conditions.length === 0 ? "true" : `(${conditions.join(" and ")})`;
  }

  function arrayFits(
    first: readonly TypeFact[],
    rest: TypeFact | null,
    position: Position,
    json: string,
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
      const predicate = fits(type, inner, `(${json}->${index})`);
      conditions.push(index < first.length ? predicate : `(${length} <= ${index} or ${predicate})`);
    }
    if (rest !== null && !isAny(rest)) {
      const name = nextName();
      const inner = position.array?.element(own) ?? types.positions.of(rest);
      const beyond = own === 0 ? "" : `${name}.n > ${own} and `;
      conditions.push(
        `not exists (select from jsonb_array_elements(${json}) with ordinality as ${name}(v, n) where ${beyond}not ${fits(rest, inner, `${name}.v`)})`,
      );
    }
    return ifType(json, "array", conditions.length === 0 ? "true" : conditions.join(" and "));
  }

  function scalarFits(type: TypeFact, position: Position, json: string): string {
    switch (type.kind) {
      case "string":
      case "boolean":
      case "null":
        return isOfType(json, type.kind);
      case "number":
        return ifType(json, "number", `abs(${json}::numeric) < ${MAX_NUMBER}`);
      case "literal":
        return `${json} = ${jsonLiteral(type.value)}`;
      case "template":
        return textFits(json, templatePattern(type.text));
      case "id":
        return textFits(json, idPattern(numbersOf(type.tables, types)));
      case "date":
        return taggedFits(position, "$date", json, (text) => textFits(text, datePattern));
      case "bigint":
        return taggedFits(position, "$bigint", json, (text) => textFits(text, bigintPattern));
      case "bigint-literal":
        return taggedFits(
          position,
          "$bigint",
          json,
          (text) => `${text} = ${jsonLiteral(type.digits)}`,
        );
      case "bytes":
        return taggedFits(position, "$bytes", json, (text) =>
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
  json: string,
  fits: (json: string) => string,
): string {
  if (!position.tagged) return fits(json);
  const inner = `(${json}->'${tag}')`;
  return ifType(
    json,
    "object",
    `${json} ? '${tag}' and ${json} - '${tag}' = '{}'::jsonb and ${fits(inner)}`,
  );
}

function textFits(json: string, pattern: string | null): string {
  if (pattern === null) return "false";
  return `(${isOfType(json, "string")} and ${json} #>> '{}' ~ ${literal(pattern)})`;
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
