import type ts from "typescript";
import { docComments } from "./doc-comments.js";
import { unionOf, without } from "../../model/canonical.js";
import type { NamedTypes, PropertyFact, TypeFact } from "../../model/type-fact.js";

/** Types nested deeper than this are not types that a person wrote down. */
const maxDepth = 40;

export interface TypeReaderOptions {
  readonly ts: typeof ts;
  readonly program: ts.Program;
  /** The table (and variant) whose document an interface describes, if it does. */
  readonly documentOf?: (symbol: ts.Symbol) => DocumentInterface | undefined;
  /** How many variants a table's documents have. */
  readonly variantsOf?: (table: string) => number;
  /**
   * Properties and objects in unions come in the order of the source, or by their names. What is
   * read through the api has lost its places in the source, so functions go by names.
   */
  readonly order: "source" | "name";
  /** Whether facts have doc comments. Default: they have. */
  readonly docs?: boolean;
  /** A file's path relative to the project, or `null` for files outside it. */
  readonly projectPath: (file: string) => string | null;
}

export interface DocumentInterface {
  readonly table: string;
  readonly variant?: number;
}

/**
 * Turns the checker's types into facts. One reader serves one file of facts: the recursive types
 * that it meets are collected in {@link TypeReader.types}.
 */
export class TypeReader {
  readonly #options: TypeReaderOptions;
  readonly #ts: typeof ts;
  readonly #checker: ts.TypeChecker;
  readonly #done = new Map<ts.Type, TypeFact>();
  readonly #underWay = new Set<ts.Type>();
  readonly #names = new Map<ts.Type, string>();
  readonly #declarations = new Map<string, TypeFact>();

  constructor(options: TypeReaderOptions) {
    this.#options = options;
    this.#ts = options.ts;
    this.#checker = options.program.getTypeChecker();
  }

  /** The declarations that the types read so far refer to. */
  get types(): NamedTypes {
    return Object.fromEntries(
      [...this.#declarations].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
    );
  }

  read(type: ts.Type): TypeFact {
    const { TypeFlags } = this.#ts;
    const { flags } = type;
    if (flags & TypeFlags.Any) return { kind: "any" };
    if (flags & TypeFlags.Unknown) return { kind: "unknown" };
    if (flags & TypeFlags.Never) return { kind: "never" };
    if (flags & TypeFlags.Null) return { kind: "null" };
    if (flags & (TypeFlags.Undefined | TypeFlags.Void)) return { kind: "undefined" };
    if (flags & TypeFlags.EnumLike && !(flags & TypeFlags.Boolean)) {
      return this.#unsupported(
        type,
        'is a TypeScript enum; use z.enum(["a", "b"]) or an object `as const`',
      );
    }
    if (flags & TypeFlags.String) return { kind: "string" };
    if (flags & TypeFlags.Number) return { kind: "number" };
    if (flags & TypeFlags.BigInt) return { kind: "bigint" };
    if (flags & TypeFlags.Boolean) return { kind: "boolean" };
    if (flags & TypeFlags.BooleanLiteral) {
      return { kind: "literal", value: this.#checker.typeToString(type) === "true" };
    }
    if (type.isStringLiteral() || type.isNumberLiteral()) {
      return { kind: "literal", value: type.value };
    }
    if (flags & TypeFlags.BigIntLiteral) {
      const { negative, base10Value } = (type as ts.BigIntLiteralType).value;
      return { kind: "bigint-literal", digits: `${negative ? "-" : ""}${base10Value}` };
    }
    if (flags & (TypeFlags.TemplateLiteral | TypeFlags.StringMapping)) {
      return { kind: "template", text: this.#checker.typeToString(type) };
    }
    if (flags & TypeFlags.ESSymbolLike) return this.#unsupported(type, "is a symbol");
    if (flags & (TypeFlags.TypeParameter | TypeFlags.Conditional | TypeFlags.IndexedAccess)) {
      return this.#unsupported(type, "depends on a type parameter");
    }
    return this.#readStructured(type);
  }

  #readStructured(type: ts.Type): TypeFact {
    const done = this.#done.get(type);
    if (done) return done;
    // Lists have no name of their own: what recurs through one is called by its element.
    if (this.#checker.isArrayType(type) || this.#checker.isTupleType(type)) {
      return this.#readObject(type);
    }
    if (this.#underWay.has(type)) return { kind: "named", name: this.#nameOf(type) };
    if (this.#underWay.size >= maxDepth) {
      return this.#unsupported(type, `is nested more than ${maxDepth} levels deep`);
    }
    this.#underWay.add(type);
    let fact = this.#readUnionOrObject(type);
    this.#underWay.delete(type);
    const name = this.#names.get(type);
    if (name !== undefined) {
      this.#declarations.set(name, fact);
      fact = { kind: "named", name };
    }
    this.#done.set(type, fact);
    return fact;
  }

  #readUnionOrObject(type: ts.Type): TypeFact {
    if (type.isUnion()) {
      return this.#mergeDocuments(this.#readUnion(type.types));
    }
    const tables = this.#tablesOfId(type);
    if (tables) return { kind: "id", tables };
    if (type.isIntersection() && type.types.some((member) => this.#isPrimitive(member))) {
      return this.#unsupported(
        type,
        "is a branded type, and a brand is lost when a value is stored or sent",
      );
    }
    return this.#readObject(type);
  }

  /** The tables of `Id<…>`, recognised by its brand: aliases get lost on the way. */
  #tablesOfId(type: ts.Type): readonly string[] | null {
    if (!type.isIntersection()) return null;
    if (!type.types.some((member) => member.flags & this.#ts.TypeFlags.String)) return null;
    const brand = type.getProperty("~table");
    if (!brand) return null;
    const table = this.#checker.getTypeOfSymbol(brand);
    const literals = table.isUnion() ? table.types : [table];
    if (!literals.every((literal) => literal.isStringLiteral())) return null;
    return literals.map((literal) => literal.value).toSorted();
  }

  #isPrimitive(type: ts.Type): boolean {
    const { TypeFlags } = this.#ts;
    return (
      (type.flags &
        (TypeFlags.StringLike |
          TypeFlags.NumberLike |
          TypeFlags.BigIntLike |
          TypeFlags.BooleanLike |
          TypeFlags.ESSymbolLike)) !==
      0
    );
  }

  #readObject(type: ts.Type): TypeFact {
    const checker = this.#checker;
    if (checker.isTupleType(type)) return this.#readTuple(type as ts.TupleTypeReference);
    if (checker.isArrayType(type)) {
      const [element] = checker.getTypeArguments(type as ts.TypeReference);
      return { kind: "array", element: element ? this.read(element) : { kind: "unknown" } };
    }
    const symbol = type.getSymbol();
    if (symbol) {
      const special = this.#readSpecial(type, symbol);
      if (special) return special;
    }
    if (type.getCallSignatures().length > 0 || type.getConstructSignatures().length > 0) {
      return this.#unsupported(type, "is a function");
    }
    if (type.flags & this.#ts.TypeFlags.NonPrimitive) {
      return this.#unsupported(type, "says nothing about its fields; use a z.object or z.record");
    }
    const properties = this.#sortedProperties(type);
    // A symbol's name holds a number that differs from run to run: `__@iterator@12`.
    if (properties.some(({ name }) => name.startsWith("__@"))) {
      return this.#unsupported(type, "has a symbol as a key; use a string");
    }
    const index =
      checker.getIndexInfoOfType(type, this.#ts.IndexKind.String) ??
      checker.getIndexInfoOfType(type, this.#ts.IndexKind.Number);
    return {
      kind: "object",
      properties: properties.map((property) => this.#readProperty(property)),
      ...(index ? { index: this.read(index.type) } : {}),
    };
  }

  #readTuple(type: ts.TupleTypeReference): TypeFact {
    const elements: TypeFact[] = [];
    let rest: TypeFact | undefined;
    const { ElementFlags } = this.#ts;
    this.#checker.getTypeArguments(type).forEach((argument, position) => {
      const flag = type.target.elementFlags[position] ?? ElementFlags.Required;
      const element = this.read(argument);
      if (flag & ElementFlags.Rest) rest = element;
      else if (flag & ElementFlags.Optional)
        elements.push(unionOf([element, { kind: "undefined" }]));
      else elements.push(element);
    });
    return { kind: "tuple", elements, ...(rest ? { rest } : {}) };
  }

  #readSpecial(type: ts.Type, symbol: ts.Symbol): TypeFact | null {
    const { SymbolFlags } = this.#ts;
    const document = this.#options.documentOf?.(symbol);
    if (document) return { kind: "document", ...document };
    if (symbol.flags & SymbolFlags.Interface && this.#isOfLibrary(symbol)) {
      if (symbol.name === "Date") return { kind: "date" };
      if (symbol.name === "Uint8Array" || symbol.name === "Buffer") return { kind: "bytes" };
      const instead = libraryAlternatives[symbol.name];
      return this.#unsupported(
        type,
        `has no form in storage or on the wire${instead ? `; use ${instead}` : ""}`,
      );
    }
    if (symbol.flags & SymbolFlags.Class) {
      return this.#unsupported(type, "is an instance of a class; use a plain object");
    }
    return null;
  }

  #isOfLibrary({ declarations = [] }: ts.Symbol): boolean {
    return declarations.some((declaration) => {
      const file = declaration.getSourceFile();
      return (
        this.#options.program.isSourceFileDefaultLibrary(file) ||
        file.fileName.includes("/node_modules/@types/node/")
      );
    });
  }

  #readProperty(property: ts.Symbol): PropertyFact {
    const optional = (property.flags & this.#ts.SymbolFlags.Optional) !== 0;
    const type = this.#isMethod(property)
      ? this.#unsupported(this.#checker.getTypeOfSymbol(property), "is a method")
      : this.read(this.#checker.getTypeOfSymbol(property));
    const doc = this.docOf(property);
    const present = optional ? without(type, "undefined") : type;
    return {
      name: property.name,
      // Members that TypeScript adds to tell the objects of a union apart are nothing else.
      type: present.kind === "never" ? { kind: "undefined" } : present,
      optional,
      ...(doc ? { doc } : {}),
    };
  }

  #isMethod(property: ts.Symbol): boolean {
    return (property.flags & this.#ts.SymbolFlags.Method) !== 0;
  }

  /** A symbol's JSDoc comment as text, or an empty string where there is none, or none is wanted. */
  docOf(symbol: ts.Symbol): string {
    if (this.#options.docs === false) return "";
    const texts = (symbol.declarations ?? []).flatMap((declaration) =>
      docComments(this.#ts, declaration),
    );
    return [...new Set(texts)].join("\n").trim();
  }

  /**
   * The properties in the order in which they were written. The checker's own order depends on
   * what it has seen before, for `Pick` and its like.
   */
  #sortedProperties(type: ts.Type): readonly ts.Symbol[] {
    const properties = this.#checker.getPropertiesOfType(type);
    if (this.#options.order === "name") {
      return properties.toSorted((a, b) => compareText(a.name, b.name));
    }
    return properties
      .map((symbol) => ({ symbol, place: this.#placeOf(symbol) }))
      .toSorted(
        (a, b) => comparePlaces(a.place, b.place) || compareText(a.symbol.name, b.symbol.name),
      )
      .map(({ symbol }) => symbol);
  }

  #readUnion(members: readonly ts.Type[]): TypeFact {
    const read = (member: ts.Type) => this.read(member);
    return this.#options.order === "source"
      ? unionOf(this.#sortedMembers(members).map(read))
      : unionOf(members.map(read), "by-key");
  }

  /** Objects in the order in which they were written; what has no place keeps the checker's. */
  #sortedMembers(members: readonly ts.Type[]): readonly ts.Type[] {
    return members
      .map((member) => ({ member, places: this.#placesOf(member) }))
      .toSorted((a, b) => comparePlaceLists(a.places, b.places))
      .map(({ member }) => member);
  }

  #placesOf(type: ts.Type): readonly (Place | null)[] {
    if (!(type.flags & this.#ts.TypeFlags.Object)) return [];
    return this.#sortedProperties(type).map((property) => this.#placeOf(property));
  }

  #placeOf(symbol: ts.Symbol): Place | null {
    let first: Place | null = null;
    for (const declaration of symbol.declarations ?? []) {
      const file = this.#options.projectPath(declaration.getSourceFile().fileName);
      if (file === null) continue;
      const place = { file, position: declaration.pos };
      if (first === null || comparePlaces(place, first) < 0) first = place;
    }
    return first;
  }

  /** All variants of a table together are its `Doc`. */
  #mergeDocuments(type: TypeFact): TypeFact {
    if (type.kind !== "union" || !this.#options.variantsOf) return type;
    const variants = new Map<string, number>();
    for (const member of type.members) {
      if (member.kind === "document" && member.variant !== undefined) {
        variants.set(member.table, (variants.get(member.table) ?? 0) + 1);
      }
    }
    const complete = new Set(
      [...variants]
        .filter(([table, count]) => this.#options.variantsOf?.(table) === count)
        .map(([table]) => table),
    );
    if (complete.size === 0) return type;
    return unionOf([
      ...type.members.filter((member) => member.kind !== "document" || !complete.has(member.table)),
      ...[...complete].map((table) => ({ kind: "document", table }) as const),
    ]);
  }

  #nameOf(type: ts.Type): string {
    const known = this.#names.get(type);
    if (known !== undefined) return known;
    const declared = type.aliasSymbol?.name ?? type.getSymbol()?.name ?? "";
    const base = /^[A-Za-z][A-Za-z0-9_]*$/.test(declared) ? declared : "Recursive";
    const taken = new Set(this.#names.values());
    let name = base;
    for (let suffix = 2; taken.has(name); suffix++) name = `${base}${suffix}`;
    this.#names.set(type, name);
    return name;
  }

  #unsupported(type: ts.Type, reason: string): TypeFact {
    return { kind: "unsupported", text: this.#checker.typeToString(type), reason };
  }
}

const libraryAlternatives: Readonly<Record<string, string>> = {
  Map: "z.record, or an array of pairs",
  Set: "an array",
  URL: "a string",
  RegExp: "a string",
  ArrayBuffer: "Uint8Array",
  Promise: "await before you return it",
  Error: "an object with the fields that a caller needs",
};

interface Place {
  readonly file: string;
  readonly position: number;
}

function comparePlaces(a: Place | null, b: Place | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compareText(a.file, b.file) || a.position - b.position;
}

function comparePlaceLists(a: readonly (Place | null)[], b: readonly (Place | null)[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = comparePlaces(a[i] ?? null, b[i] ?? null);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
