import type { PropertyFact, TypeFact } from "./type-fact.js";

/**
 * A text that is equal for types that mean the same, whatever their comments and the order in
 * which their properties were written.
 */
export function typeKey(type: TypeFact): string {
  switch (type.kind) {
    case "literal":
      return JSON.stringify(type.value);
    case "bigint-literal":
      return `${type.digits}n`;
    case "template":
      return type.text;
    case "id":
      return `id(${type.tables.join()})`;
    case "array":
      return `array(${typeKey(type.element)})`;
    case "tuple":
      return `tuple(${type.elements.map(typeKey).join()}${type.rest ? `,...${typeKey(type.rest)}` : ""})`;
    case "object":
      return `object(${type.properties.map(propertyKey).toSorted().join()}${type.index ? `,[]:${typeKey(type.index)}` : ""})`;
    case "union":
      return `union(${type.members.map(typeKey).toSorted().join()})`;
    case "document":
      return `document(${type.table}${type.variant === undefined ? "" : `,${type.variant}`})`;
    case "named":
      return `named(${type.name})`;
    case "unsupported":
      return `unsupported(${type.text})`;
    default:
      return type.kind;
  }
}

function propertyKey(property: PropertyFact): string {
  return `${JSON.stringify(property.name)}${property.optional ? "?" : ""}:${typeKey(property.type)}`;
}

/** How people read unions: literals, then wider types, and what is missing last. */
const kindOrder: readonly TypeFact["kind"][] = [
  "literal",
  "bigint-literal",
  "template",
  "string",
  "number",
  "bigint",
  "boolean",
  "date",
  "bytes",
  "id",
  "document",
  "named",
  "object",
  "array",
  "tuple",
  "any",
  "unknown",
  "never",
  "unsupported",
  "union",
  "null",
  "undefined",
];

/**
 * The union of `members` in canonical form: flat, without duplicates, sorted by kind and then by
 * what they are; a single type where only one is left.
 *
 * @param objects the order among objects: the one in which they come, which is that of the source
 *   (the default), or that of what they are.
 */
export function unionOf(
  members: readonly TypeFact[],
  objects: "as-given" | "by-key" = "as-given",
): TypeFact {
  const flat = members.flatMap(flatten);
  const sorted = areUnlike(flat) ? flat.toSorted(byKind) : sortedByKey(flat, objects === "by-key");
  const [first = { kind: "never" as const }, ...others] = sorted;
  return others.length === 0 ? first : { kind: "union", members: sorted };
}

/** Whether the kinds alone tell all members apart, as they mostly do: no keys are needed then. */
function areUnlike(members: readonly TypeFact[]): boolean {
  return members.every(
    ({ kind }, position) =>
      kind !== "any" &&
      kind !== "unknown" &&
      kind !== "never" &&
      members.findIndex((other) => other.kind === kind) === position,
  );
}

function sortedByKey(members: readonly TypeFact[], sortsObjects: boolean): readonly TypeFact[] {
  const byKey = new Map<string, TypeFact>();
  for (const member of members) {
    const key = typeKey(member);
    if (member.kind !== "never" && !byKey.has(key)) byKey.set(key, member);
  }
  for (const dominant of ["any", "unknown"]) {
    const found = byKey.get(dominant);
    if (found) return [found];
  }
  if (byKey.has("true") && byKey.has("false")) {
    byKey.delete("true");
    byKey.delete("false");
    byKey.set("boolean", { kind: "boolean" });
  }
  return [...byKey]
    .toSorted((one, other) => byKindThenKey(one, other, sortsObjects))
    .map(([, member]) => member);
}

function flatten(type: TypeFact): readonly TypeFact[] {
  return type.kind === "union" ? type.members.flatMap(flatten) : [type];
}

function byKind(a: TypeFact, b: TypeFact): number {
  return kindOrder.indexOf(a.kind) - kindOrder.indexOf(b.kind);
}

function byKindThenKey(
  [keyA, a]: [string, TypeFact],
  [keyB, b]: [string, TypeFact],
  sortsObjects: boolean,
): number {
  const order = byKind(a, b);
  if (order !== 0) return order;
  if (a.kind === "object" && !sortsObjects) return 0;
  if (a.kind === "document" && b.kind === "document" && a.table === b.table) {
    return (a.variant ?? 0) - (b.variant ?? 0);
  }
  if (a.kind === "literal" && b.kind === "literal") {
    if (typeof a.value === "number" && typeof b.value === "number") return a.value - b.value;
  }
  return compareText(keyA, keyB);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `type` without its `undefined` and `null` members, as asked. */
export function without(type: TypeFact, ...kinds: readonly ("undefined" | "null")[]): TypeFact {
  const members = flatten(type);
  const kept = members.filter((member) => !(kinds as readonly string[]).includes(member.kind));
  return kept.length === members.length ? type : unionOf(kept);
}

/** Whether there is an `any` somewhere in `type`, documents and named types left out. */
export function includesAny(type: TypeFact): boolean {
  return (kindsIn(type) & bits.any) !== 0;
}

/** Whether `type` refers to a declaration somewhere. */
export function includesNamed(type: TypeFact): boolean {
  return (kindsIn(type) & bits.named) !== 0;
}

/** Whether there is a type of this kind somewhere in `type`, or what it refers to may have one. */
export function mayInclude(type: TypeFact, kind: TypeFact["kind"]): boolean {
  return (kindsIn(type) & (bits[kind] | bits.named)) !== 0;
}

const bits = Object.fromEntries(kindOrder.map((kind, place) => [kind, 1 << place])) as Readonly<
  Record<TypeFact["kind"], number>
>;

const known = new WeakMap<TypeFact, number>();

/** Asked more than once of each type, and an edit leaves most of a module's as they were. */
function kindsIn(type: TypeFact): number {
  let kinds = known.get(type);
  if (kinds === undefined) known.set(type, (kinds = findKinds(type)));
  return kinds;
}

/** The {@link bits} of all parts. */
function findKinds(type: TypeFact): number {
  let found = bits[type.kind];
  const add = (part: TypeFact): void => {
    found |= findKinds(part);
  };
  switch (type.kind) {
    case "array":
      add(type.element);
      break;
    case "tuple":
      type.elements.forEach(add);
      if (type.rest !== undefined) add(type.rest);
      break;
    case "union":
      type.members.forEach(add);
      break;
    case "object":
      for (const property of type.properties) add(property.type);
      if (type.index !== undefined) add(type.index);
      break;
    default:
  }
  return found;
}
