import type ts from "typescript";
import { unionOf, without } from "../../model/canonical.js";
import type {
  FieldFacts,
  IndexFacts,
  PromotedFieldFacts,
  RefFacts,
  SchemaProblem,
  SourceSpan,
  TableFacts,
} from "../../model/facts.js";
import type { ObjectFact, PropertyFact, TypeFact } from "../../model/type-fact.js";
import { readFieldSyntax, readOnDelete } from "./field-reader.js";
import { type Follower, tupleOfStrings } from "./follow.js";
import type { TypeReader } from "./type-reader.js";

export interface TableReaderOptions {
  readonly ts: typeof ts;
  readonly checker: ts.TypeChecker;
  readonly follower: Follower;
  readonly types: TypeReader;
  /** `null` for nodes outside the project. */
  readonly spanOf: (node: ts.Node) => SourceSpan | null;
  readonly report: (problem: SchemaProblem) => void;
}

/** One call in `defineTable(…).index(…).promote(…)`. */
interface Step {
  readonly method: "index" | "unique" | "promote" | "relational";
  readonly call: ts.CallExpression;
}

/** A table's definition taken apart: the calls that can be seen, and what they were made on. */
interface Definition {
  readonly steps: readonly Step[];
  /** What the steps were made on, where that is no visible `defineTable(…)` call. */
  readonly opaque: ts.Expression | null;
}

const notANumber: TypeFact = {
  kind: "unsupported",
  text: "number",
  reason: "is NaN, which JSON cannot hold; use z.number().nullable()",
};

/** What makes a field `any` on purpose. */
const anyRoots = new Set(["any", "custom"]);
const stepMethods = new Set(["index", "unique", "promote", "relational"]);

/** Reads one property of `defineSchema({ … })`. */
export class TableReader {
  readonly #o: TableReaderOptions;

  constructor(options: TableReaderOptions) {
    this.#o = options;
  }

  /** `null` where the property is no table; the problem has been reported then. */
  read(property: ts.Symbol, tables: SourceSpan): TableFacts | null {
    const { checker } = this.#o;
    const name = property.name;
    const span = this.#nameSpan(property) ?? tables;
    const type = checker.getTypeOfSymbol(property);
    const docType = this.#member(type, "~doc");
    const inputType = this.#member(type, "~input");
    if (!docType || !inputType) {
      this.#problem(
        `"${name}" is not a table. Write ${name}: defineTable({ … }), with the fields as zod types.`,
        span,
      );
      return null;
    }
    const variants = this.#variants(docType);
    const insertVariants = this.#variants(inputType);
    if (!variants || !insertVariants) {
      this.#problem(
        `The fields of table "${name}" cannot be read: its type is ${checker.typeToString(docType)}. Pass a shape of zod types, a z.object, or a union of objects.`,
        span,
      );
      return null;
    }
    const definition = this.#takeApart(this.#o.follower.initializerOf(property));
    const indexes = this.#indexes(definition, type, span, name);
    const relational = this.#isTrue(this.#member(type, "~relational"));
    const fields = this.#fields(docType, inputType, variants, insertVariants, span, name);
    const doc = this.#o.types.docOf(property);
    return {
      name,
      span,
      ...(doc ? { doc } : {}),
      variants,
      insertVariants,
      fields,
      indexes,
      promoted: this.#promoted(definition, type, span, fields, relational),
      relational,
    };
  }

  #member(type: ts.Type, name: string): ts.Type | null {
    const symbol = type.getProperty(name);
    return symbol ? this.#o.checker.getTypeOfSymbol(symbol) : null;
  }

  #isTrue(type: ts.Type | null): boolean {
    return type !== null && this.#o.checker.typeToString(type) === "true";
  }

  #variants(type: ts.Type): readonly ObjectFact[] | null {
    const fact = this.#resolveNamed(this.#o.types.read(type));
    const members = fact.kind === "union" ? fact.members.map((m) => this.#resolveNamed(m)) : [fact];
    const isReadable = (member: TypeFact): member is ObjectFact =>
      member.kind === "object" && (member.properties.length > 0 || member.index === undefined);
    return members.every(isReadable) ? members : null;
  }

  #resolveNamed(fact: TypeFact): TypeFact {
    return fact.kind === "named" ? (this.#o.types.types[fact.name] ?? fact) : fact;
  }

  #nameSpan(symbol: ts.Symbol): SourceSpan | null {
    const declaration = symbol.valueDeclaration ?? symbol.declarations?.[0];
    const name = declaration && this.#o.ts.getNameOfDeclaration(declaration);
    return name ? this.#o.spanOf(name) : null;
  }

  #problem(message: string, span: SourceSpan): void {
    this.#o.report({ kind: "unreadable", message, span });
  }

  // Fields

  #fields(
    docType: ts.Type,
    inputType: ts.Type,
    variants: readonly ObjectFact[],
    insertVariants: readonly ObjectFact[],
    tableSpan: SourceSpan,
    table: string,
  ): readonly FieldFacts[] {
    const docTypes = docType.isUnion() ? docType.types : [docType];
    const inputTypes = inputType.isUnion() ? inputType.types : [inputType];
    const names = new Set(variants.flatMap((variant) => variant.properties.map((p) => p.name)));
    return [...names].map((name) => {
      const uses = variants.map((variant) => propertyNamed(variant, name));
      const inserts = insertVariants.map((variant) => propertyNamed(variant, name));
      const present = uses.filter((use) => use !== undefined);
      const symbols = docTypes.flatMap((variant) => variant.getProperty(name) ?? []);
      const [symbol] = symbols;
      const span = (symbol && this.#nameSpan(symbol)) ?? tableSpan;
      const printed = unionOf(present.map((use) => use.type));
      const optional = uses.some((use) => use === undefined || use.optional);
      const syntax = readFieldSyntax(
        this.#o.ts,
        this.#o.follower,
        this.#o.follower.initializerOf(symbol),
      );
      const type = syntax.root === "nan" ? notANumber : printed;
      const doc = present.find((use) => use.doc)?.doc;
      if (type.kind === "any" && syntax.root !== null && !anyRoots.has(syntax.root)) {
        this.#problem(
          `The type of field "${name}" of table "${table}" is unknown: its definition has a type error. Mend that; a field that may hold anything is z.any().`,
          span,
        );
      }
      return {
        name,
        span,
        ...(doc ? { doc } : {}),
        type,
        optional,
        hasDefault: inserts.some((insert, i) => insert?.optional && !uses[i]?.optional),
        integer: syntax.integer,
        oneWay: syntax.transform ?? this.#typeChange(docTypes, inputTypes, name),
        ref: this.#ref(type, syntax.refCall, span, `"${name}" of table "${table}"`),
      };
    });
  }

  /** What is stored must be acceptable as input: every write validates the whole document. */
  #typeChange(
    docTypes: readonly ts.Type[],
    inputTypes: readonly ts.Type[],
    name: string,
  ): string | null {
    const { checker } = this.#o;
    const typesOf = (types: readonly ts.Type[]) =>
      types.flatMap((type) => {
        const symbol = type.getProperty(name);
        return symbol ? [checker.getTypeOfSymbol(symbol)] : [];
      });
    const accepted = typesOf(inputTypes);
    for (const stored of typesOf(docTypes)) {
      if (!accepted.some((input) => checker.isTypeAssignableTo(stored, input))) {
        return `a change from ${accepted.map((input) => checker.typeToString(input)).join(" | ")} to ${checker.typeToString(stored)}`;
      }
    }
    return null;
  }

  #ref(
    type: TypeFact,
    call: ts.CallExpression | null,
    span: SourceSpan,
    what: string,
  ): RefFacts | null {
    const id = without(type, "null", "undefined");
    const [table, ...others] = id.kind === "id" ? id.tables : [];
    if (table === undefined || others.length > 0) return null;
    if (!call) {
      this.#problem(
        `Field ${what} is an id, but the defineRef("${table}") behind it cannot be found. Write defineRef(…) in the shape, or in a constant or a function that returns it.`,
        span,
      );
      return { table, onDelete: "restrict" };
    }
    const onDelete = readOnDelete(this.#o.ts, this.#o.follower, call);
    if (onDelete === null) {
      this.#problem(
        `The options of defineRef in field ${what} cannot be read. Write { onDelete: "restrict" | "cascade" | "set null" } as a literal.`,
        this.#o.spanOf(call.arguments[1] ?? call) ?? span,
      );
    }
    return { table, onDelete: onDelete ?? "restrict" };
  }

  // The chain of calls

  #takeApart(expression: ts.Expression | undefined): Definition {
    const { ts: typescript, follower } = this.#o;
    const steps: Step[] = [];
    let current = expression && follower.resolve(expression);
    while (current && typescript.isCallExpression(current)) {
      const callee = follower.unwrap(current.expression);
      if (typescript.isPropertyAccessExpression(callee) && stepMethods.has(callee.name.text)) {
        steps.unshift({ method: callee.name.text as Step["method"], call: current });
        current = follower.resolve(callee.expression);
        continue;
      }
      if (follower.symbolOf(callee)?.name === "defineTable") return { steps, opaque: null };
      break;
    }
    return { steps, opaque: current ?? null };
  }

  #indexes(
    definition: Definition,
    type: ts.Type,
    tableSpan: SourceSpan,
    table: string,
  ): readonly IndexFacts[] {
    const found: IndexFacts[] = [];
    if (definition.opaque) {
      const opaqueType = this.#o.checker.getTypeAtLocation(definition.opaque);
      const span = this.#o.spanOf(definition.opaque) ?? tableSpan;
      found.push(...this.#indexesOfType(opaqueType, span, table));
    } else if (definition.steps.length === 0) {
      found.push(...this.#indexesOfType(type, tableSpan, table));
    }
    for (const step of definition.steps) {
      if (step.method !== "index" && step.method !== "unique") continue;
      const index = this.#indexOfStep(step, tableSpan, table);
      if (index) found.push(index);
    }
    return found;
  }

  #indexOfStep(step: Step, tableSpan: SourceSpan, table: string): IndexFacts | null {
    const [nameNode, fieldsNode] = step.call.arguments;
    const callSpan = this.#o.spanOf(step.call) ?? tableSpan;
    const name = nameNode ? this.#o.follower.stringOf(nameNode) : null;
    const fields = fieldsNode ? this.#o.follower.stringsOf(fieldsNode) : null;
    if (!nameNode || name === null || !fields) {
      const at = name === null ? nameNode : fieldsNode;
      this.#problem(
        `An index of table "${table}" cannot be read. Write its name and its fields as literals: .${step.method}("by_field", ["field"]).`,
        (at && this.#o.spanOf(at)) ?? callSpan,
      );
      return null;
    }
    return {
      name,
      fields: fields.map((field) => field.text),
      unique: step.method === "unique",
      span: this.#o.spanOf(nameNode) ?? callSpan,
      fieldSpans: fields.map((field) => this.#o.spanOf(field.node) ?? callSpan),
    };
  }

  /** The indexes of a definition whose calls cannot be seen: what its type says. */
  #indexesOfType(type: ts.Type, span: SourceSpan, table: string): readonly IndexFacts[] {
    const { checker } = this.#o;
    const indexes = this.#member(type, "~indexes");
    if (!indexes) return [];
    if (checker.getIndexInfosOfType(indexes).length > 0) {
      this.#problem(
        `The indexes of table "${table}" cannot be read: the name of one is not a literal. Write .index("by_field", ["field"]).`,
        span,
      );
    }
    return checker.getPropertiesOfType(indexes).flatMap((symbol) => {
      const definition = checker.getTypeOfSymbol(symbol);
      const fieldsType = this.#member(definition, "fields");
      const fields = fieldsType && tupleOfStrings(checker, fieldsType);
      if (!fields) {
        this.#problem(
          `The fields of index "${symbol.name}" of table "${table}" cannot be read. Write them as literals: .index("${symbol.name}", ["field"]).`,
          span,
        );
        return [];
      }
      return {
        name: symbol.name,
        fields,
        unique: this.#isTrue(this.#member(definition, "unique")),
        span,
        fieldSpans: fields.map(() => span),
      };
    });
  }

  #promoted(
    definition: Definition,
    type: ts.Type,
    tableSpan: SourceSpan,
    fields: readonly FieldFacts[],
    relational: boolean,
  ): readonly PromotedFieldFacts[] {
    const found = new Map<string, SourceSpan>();
    for (const step of definition.steps) {
      if (step.method !== "promote") continue;
      const [argument] = step.call.arguments;
      const names = argument && this.#o.follower.stringsOf(argument);
      const span = this.#o.spanOf(argument ?? step.call) ?? tableSpan;
      if (!names) {
        this.#problem(
          'Promoted fields cannot be read. Write them as literals: .promote(["field"]).',
          span,
        );
      }
      for (const { text, node } of names || []) found.set(text, this.#o.spanOf(node) ?? span);
    }
    const typed = this.#member(type, "~promoted");
    for (const member of typed?.isUnion() ? typed.types : typed ? [typed] : []) {
      if (member.isStringLiteral() && !found.has(member.value)) found.set(member.value, tableSpan);
    }
    if (relational) {
      for (const field of fields) if (!found.has(field.name)) found.set(field.name, field.span);
    }
    return [...found]
      .map(([field, span]) => ({ field, span }))
      .toSorted((a, b) => (a.field < b.field ? -1 : 1));
  }
}

function propertyNamed(variant: ObjectFact, name: string): PropertyFact | undefined {
  return variant.properties.find((property) => property.name === name);
}
