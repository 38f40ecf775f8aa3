import type ts from "typescript";
import type {
  FunctionFacts,
  FunctionKind,
  FunctionVisibility,
  ModuleFacts,
  SchemaFacts,
  SourceSpan,
} from "../../model/facts.js";
import { unionOf, without } from "../../model/canonical.js";
import type { TypeFact } from "../../model/type-fact.js";
import { documentInterfaces } from "../../printers/data-model-names.js";
import { memoized } from "../../memoized.js";
import { modulePath, type ProjectLayout, relativeToRoot } from "../../project/layout.js";
import { Follower } from "./follow.js";
import { projectPath } from "./schema-reader.js";
import { spanIn } from "./spans.js";
import { type DocumentInterface, TypeReader } from "./type-reader.js";

export interface FunctionsReaderOptions {
  readonly ts: typeof ts;
  readonly program: ts.Program;
  readonly project: ProjectLayout;
  readonly schema: SchemaFacts;
  /** Whether the facts have doc comments, which only generated code needs. Default: they have. */
  readonly docs?: boolean;
}

/** Exports of a module whose facts are known without reading them. */
export interface KnownExports extends Pick<ModuleFacts, "functions" | "otherExports"> {
  /** Functions of which the result and the place alone may be others. */
  readonly butResult?: readonly FunctionFacts[];
}

interface Making extends Pick<FunctionFacts, "kind" | "visibility"> {
  /** `null` where no call is seen. */
  readonly definition: ts.CallExpression | null;
}

/** Reads modules of functions from a program that contains them and the generated data model. */
export class FunctionsReader {
  readonly #o: FunctionsReaderOptions;
  readonly #checker: ts.TypeChecker;
  readonly #follower: Follower;
  readonly #interfaces: ReadonlyMap<string, DocumentInterface>;

  constructor(options: FunctionsReaderOptions) {
    this.#o = options;
    this.#checker = options.program.getTypeChecker();
    this.#follower = new Follower(options.ts, this.#checker);
    this.#interfaces = documentInterfaces(options.schema);
  }

  /**
   * The facts of the module in `file`; `null` where the program does not have it. Exports that are
   * `known` are not read again.
   */
  read(file: string, known?: KnownExports): ModuleFacts | null {
    const { program, project } = this.#o;
    const source = program.getSourceFile(file);
    if (!source) return null;
    const path = modulePath(project, file);
    const module = this.#checker.getSymbolAtLocation(source);
    const types = this.#typeReader();
    const functions = [...(known?.functions ?? [])];
    const otherExports = [...(known?.otherExports ?? [])];
    const knownNames = new Set([...functions, ...otherExports].map(({ name }) => name));
    for (const symbol of module ? this.#checker.getExportsOfModule(module) : []) {
      if (knownNames.has(symbol.name)) continue;
      const target = this.#follower.throughAliases(symbol);
      if (!(target.flags & this.#o.ts.SymbolFlags.Value)) continue;
      const span = this.#spanOfExport(symbol, target, source);
      const found =
        symbol.name === "default"
          ? null
          : this.#readFunction(
              symbol.name,
              target,
              path,
              span,
              types,
              known?.butResult?.find(({ name }) => name === symbol.name),
            );
      if (found) functions.push(found);
      else otherExports.push({ name: symbol.name, span });
    }
    return {
      path,
      file: relativeToRoot(project, file),
      functions: functions.toSorted(byName),
      otherExports: otherExports.toSorted(byName),
      types: types.types,
    };
  }

  /** Whether the module in `file` exports functions. */
  hasFunctions(file: string): boolean {
    const source = this.#o.program.getSourceFile(file);
    const module = source && this.#checker.getSymbolAtLocation(source);
    return (module ? this.#checker.getExportsOfModule(module) : []).some((symbol) => {
      const target = this.#follower.throughAliases(symbol);
      const isValue = (target.flags & this.#o.ts.SymbolFlags.Value) !== 0;
      return isValue && symbol.name !== "default" && this.#makingOf(target) !== null;
    });
  }

  #typeReader(): TypeReader {
    const { ts: typescript, program, project, schema, docs = true } = this.#o;
    const variants = variantsIn(schema);
    return new TypeReader({
      ts: typescript,
      program,
      order: "name",
      docs,
      projectPath: (path) => projectPath(project, path),
      documentOf: (symbol) => this.#documentOf(symbol),
      variantsOf: (table) => variants.get(table) ?? 0,
    });
  }

  #documentOf(symbol: ts.Symbol): DocumentInterface | undefined {
    const found = this.#interfaces.get(symbol.name);
    const declaredIn = found && symbol.declarations?.[0]?.getSourceFile().fileName;
    return declaredIn === `${this.#o.project.generatedDir}/dataModel.ts` ? found : undefined;
  }

  #spanOfExport(symbol: ts.Symbol, target: ts.Symbol, source: ts.SourceFile): SourceSpan {
    for (const candidate of [target, symbol]) {
      const declaration = candidate.valueDeclaration ?? candidate.declarations?.[0];
      const name = declaration && this.#o.ts.getNameOfDeclaration(declaration);
      const span = declaration && spanIn(this.#o.project, name ?? declaration);
      if (span) return span;
    }
    return { file: relativeToRoot(this.#o.project, source.fileName), start: 0, length: 0 };
  }

  #readFunction(
    name: string,
    symbol: ts.Symbol,
    module: string,
    span: SourceSpan,
    types: TypeReader,
    known: FunctionFacts | undefined,
  ): FunctionFacts | null {
    const type = this.#checker.getTypeOfSymbol(symbol);
    const isAny = this.#isAny(type);
    if (known && !isAny) return { ...known, span, result: this.#readResult(type, types) };
    const making = this.#makingOf(symbol);
    if (making === null) return null;
    const { definition, kind, visibility } = making;
    const doc = types.docOf(symbol);
    return {
      name,
      path: `${module}.${name}`,
      kind,
      visibility,
      span,
      ...(doc ? { doc } : {}),
      args: isAny ? { kind: "any" } : this.#readMember(type, "~args", types),
      result: isAny ? asSent({ kind: "any" }) : this.#readResult(type, types),
      hasReturns: definition !== null && this.#hasProperty(definition, "returns"),
      circular: isAny,
    };
  }

  #isAny(type: ts.Type): boolean {
    return (type.flags & this.#o.ts.TypeFlags.Any) !== 0;
  }

  /** What made a function; `null` for what is none. */
  #makingOf(symbol: ts.Symbol): Making | null {
    const type = this.#checker.getTypeOfSymbol(symbol);
    const definition = this.#definitionCall(symbol);
    // A function whose type leads back to itself is `any`; what made it still says its kind.
    const described = this.#isAny(type) ? definition && this.#returnTypeOfCallee(definition) : type;
    const kind = described && this.#literal(described, "~kind");
    const visibility = described && this.#literal(described, "~visibility");
    if (!kind || !visibility) return null;
    return {
      definition,
      kind: kind as FunctionKind,
      visibility: visibility as FunctionVisibility,
    };
  }

  #readResult(type: ts.Type, types: TypeReader): TypeFact {
    return asSent(this.#readMember(type, "~result", types));
  }

  #readMember(type: ts.Type, key: string, types: TypeReader): TypeFact {
    const argument = argumentFor(this.#o.ts, this.#checker, type, key);
    if (argument) return types.read(argument);
    const property = type.getProperty(key);
    return property ? types.read(this.#checker.getTypeOfSymbol(property)) : { kind: "any" };
  }

  #literal(type: ts.Type, key: string): string | null {
    const property = type.getProperty(key);
    if (!property) return null;
    const literal = this.#checker.getTypeOfSymbol(property);
    return literal.isStringLiteral() ? literal.value : null;
  }

  /** `query({ … })` behind `export const list = query({ … })`. */
  #definitionCall(symbol: ts.Symbol): ts.CallExpression | null {
    const initializer = this.#follower.initializerOf(symbol);
    const expression = initializer && this.#follower.unwrap(initializer);
    return expression && this.#o.ts.isCallExpression(expression) ? expression : null;
  }

  #returnTypeOfCallee(call: ts.CallExpression): ts.Type | null {
    const [signature] = this.#checker.getTypeAtLocation(call.expression).getCallSignatures();
    return signature ? signature.getReturnType() : null;
  }

  #hasProperty(call: ts.CallExpression, name: string): boolean {
    return call.arguments.some(
      (argument) =>
        this.#o.ts.isObjectLiteralExpression(argument) &&
        argument.properties.some(
          (property) =>
            property.name !== undefined &&
            this.#o.ts.isIdentifier(property.name) &&
            property.name.text === name,
        ),
    );
  }
}

/**
 * The type that a member has for being declared as a type parameter of its interface: the argument
 * itself, where to ask for the member would make all members first.
 */
function argumentFor(
  typescript: typeof ts,
  checker: ts.TypeChecker,
  type: ts.Type,
  key: string,
): ts.Type | undefined {
  const { TypeFlags, ObjectFlags } = typescript;
  const isReference =
    (type.flags & TypeFlags.Object) !== 0 &&
    ((type as ts.ObjectType).objectFlags & ObjectFlags.Reference) !== 0;
  const [declaration, ...others] = (isReference && type.symbol.declarations) || [];
  if (!declaration || others.length > 0 || !typescript.isInterfaceDeclaration(declaration)) {
    return undefined;
  }
  const position = parametersOf(typescript, declaration).get(key);
  return position === undefined
    ? undefined
    : checker.getTypeArguments(type as ts.TypeReference)[position];
}

const parameters = new WeakMap<ts.InterfaceDeclaration, ReadonlyMap<string, number>>();

/** By the names of members, the places of the type parameters that they are declared as. */
function parametersOf(
  typescript: typeof ts,
  declaration: ts.InterfaceDeclaration,
): ReadonlyMap<string, number> {
  let known = parameters.get(declaration);
  if (known === undefined) {
    const names = (declaration.typeParameters ?? []).map(({ name }) => name.text);
    const members = declaration.members.flatMap((member): [string, number][] => {
      if (!typescript.isPropertySignature(member) || member.questionToken) return [];
      const { name, type } = member;
      if (!typescript.isStringLiteral(name) || !type || !typescript.isTypeReferenceNode(type)) {
        return [];
      }
      const position = typescript.isIdentifier(type.typeName)
        ? names.indexOf(type.typeName.text)
        : -1;
      return position < 0 ? [] : [[name.text, position]];
    });
    parameters.set(declaration, (known = new Map(members)));
  }
  return known;
}

const variantsIn: (schema: SchemaFacts) => ReadonlyMap<string, number> = memoized(
  ({ tables }) => new Map(tables.map((table) => [table.name, table.variants.length])),
);

/** JSON has no `undefined`: a function that returns nothing gives its callers null. */
function asSent(type: TypeFact): TypeFact {
  const present = without(type, "undefined");
  return present === type ? type : unionOf([present, { kind: "null" }]);
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
