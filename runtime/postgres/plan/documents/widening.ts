import type { NamedTypes, ObjectFact, TypeFact } from "../../../../compiler/model/type-fact.js";

/** A type and the declarations that it refers to. */
export interface TypeIn {
  readonly type: TypeFact;
  readonly named: NamedTypes;
}

/**
 * Whether whatever fits `before` fits `after` too, so that documents need not be read again. A no
 * may be wrong: it costs a check. How values are stored is another question.
 */
export function isWidening(before: TypeIn, after: TypeIn): boolean {
  let assumed: ReadonlySet<string> = new Set();
  return accepts(after.type, before.type);

  function accepts(wide: TypeFact, narrow: TypeFact): boolean {
    if (wide.kind === "any" || wide.kind === "unknown" || narrow.kind === "never") return true;
    if (narrow.kind === "named") return acceptsNamed(wide, narrow.name);
    if (wide.kind === "named") {
      const target = after.named[wide.name];
      return target !== undefined && target.kind !== "named" && accepts(target, narrow);
    }
    if (narrow.kind === "union") return narrow.members.every((member) => accepts(wide, member));
    if (wide.kind === "union") {
      return wide.members.some((member) => accepts(member, narrow)) || coversBoolean(wide, narrow);
    }
    switch (narrow.kind) {
      case "literal":
        return wide.kind === "literal"
          ? wide.value === narrow.value
          : wide.kind === typeof narrow.value;
      case "bigint-literal":
        return wide.kind === "bigint-literal"
          ? wide.digits === narrow.digits
          : wide.kind === "bigint";
      case "template":
        return wide.kind === "template" ? wide.text === narrow.text : wide.kind === "string";
      case "id":
        return wide.kind === "id"
          ? narrow.tables.every((table) => wide.tables.includes(table))
          : wide.kind === "string";
      case "array":
        return wide.kind === "array" && accepts(wide.element, narrow.element);
      case "tuple":
        return acceptsTuple(wide, narrow);
      case "object":
        return wide.kind === "object" && acceptsObject(wide, narrow);
      case "document":
      case "unsupported":
        return false;
      default:
        return wide.kind === narrow.kind;
    }
  }

  /** Recursive types are assumed to fit where the question comes up again. */
  function acceptsNamed(wide: TypeFact, name: string): boolean {
    const key = `${name} ${JSON.stringify(wide)}`;
    if (assumed.has(key)) return true;
    const target = before.named[name];
    if (target === undefined || target.kind === "named") return false;
    const outer = assumed;
    assumed = new Set([...assumed, key]);
    const fits = accepts(wide, target);
    // What was found true on an assumption that is wrong is not known any more.
    if (!fits) assumed = outer;
    return fits;
  }

  function acceptsTuple(
    wide: TypeFact,
    narrow: Extract<TypeFact, { readonly kind: "tuple" }>,
  ): boolean {
    const rest = narrow.rest === undefined ? [] : [narrow.rest];
    if (wide.kind === "array") {
      return [...narrow.elements, ...rest].every((element) => accepts(wide.element, element));
    }
    if (wide.kind !== "tuple" || wide.elements.length !== narrow.elements.length) return false;
    if (rest.some((type) => wide.rest === undefined || !accepts(wide.rest, type))) return false;
    return narrow.elements.every((element, at) => {
      const other = wide.elements[at];
      return other !== undefined && accepts(other, element);
    });
  }

  function acceptsObject(wide: ObjectFact, narrow: ObjectFact): boolean {
    const uses = new Map(narrow.properties.map((property) => [property.name, property]));
    const listed = new Set(wide.properties.map(({ name }) => name));
    const others = narrow.properties.flatMap(({ name, type }) => (listed.has(name) ? [] : [type]));
    if (narrow.index !== undefined) others.push(narrow.index);
    return (
      wide.properties.every((property) => {
        const use = uses.get(property.name);
        // What a record says of all its other properties holds for this one as well.
        if (use === undefined) {
          if (!property.optional) return false;
          return narrow.index === undefined || accepts(property.type, narrow.index);
        }
        return (property.optional || !use.optional) && accepts(property.type, use.type);
      }) && others.every((type) => wide.index !== undefined && accepts(wide.index, type))
    );
  }
}

function coversBoolean(
  wide: Extract<TypeFact, { readonly kind: "union" }>,
  narrow: TypeFact,
): boolean {
  if (narrow.kind !== "boolean") return false;
  const values = new Set(
    wide.members.flatMap((member) => (member.kind === "literal" ? member.value : [])),
  );
  return values.has(true) && values.has(false);
}
