import { encode } from "@jridgewell/sourcemap-codec";
import type { ModuleFacts, SchemaFacts, SourceSpan } from "../model/facts.js";
import { type ApiFunction, type ApiNode, apiTree } from "./api-tree.js";
import { type ApiNames, apiNames } from "./api-names.js";
import type { TypeFact } from "../model/type-fact.js";
import { tableTypeNames } from "./data-model-names.js";
import { printComment, printType, propertyName, type TypePrinterOptions } from "./type.js";

/** The printed types of every function, with the place in the source behind each name. */
export interface ApiTypes {
  readonly text: string;
  readonly names: readonly MappedName[];
}

/** A function's name in the printed text, and the declaration that it stands for. */
interface MappedName {
  readonly line: number;
  readonly column: number;
  readonly span: SourceSpan;
}

/** Prints the `Api` and `Internal` interfaces, with the imports that they need. */
export function printApiTypes(schema: SchemaFacts, modules: readonly ModuleFacts[]): ApiTypes {
  const printer = new ApiTypesPrinter(schema, modules);
  printer.print();
  return { text: printer.text, names: printer.names };
}

/** A type as it was printed before, and what it takes from the data model. */
interface PrintedType {
  readonly schema: SchemaFacts;
  readonly text: string;
  readonly imports: ReadonlySet<string>;
}

/** Most types are those of the last time: an edit reads few functions anew. */
const printedTypes = new WeakMap<TypeFact, Map<string, PrintedType>>();

class ApiTypesPrinter {
  text = "";
  names: readonly MappedName[] = [];
  readonly #schema: SchemaFacts;
  readonly #modules: readonly ModuleFacts[];
  readonly #types: ApiNames;
  readonly #documentNames: ReturnType<typeof tableTypeNames>;
  readonly #imports = new Set<string>();
  readonly #names: MappedName[] = [];
  #line = 0;

  constructor(schema: SchemaFacts, modules: readonly ModuleFacts[]) {
    this.#schema = schema;
    this.#modules = modules;
    this.#documentNames = tableTypeNames(schema);
    const reserved = ["Api", "Internal", "Doc", "Id", "FunctionReference"];
    for (const names of this.#documentNames.values()) reserved.push(...names.variants);
    this.#types = apiNames(modules, reserved);
  }

  print(): void {
    const declarations = this.#types.declarations.map(
      ({ name, type, module }) =>
        `\nexport type ${name} = ${this.#printType(type, module, false)};\n`,
    );
    const publicTree = apiTree(this.#modules, "public");
    const internalTree = apiTree(this.#modules, "internal");
    this.#printBody(publicTree, internalTree);
    // The imports come first, but depend on what the types mention.
    const start = this.#printImports(publicTree, internalTree) + declarations.join("");
    const offset = lineBreaks(start);
    this.text = start + this.text;
    this.names = this.#names.map((name) => ({ ...name, line: name.line + offset }));
  }

  #printImports(...trees: readonly ApiNode[]): string {
    const isEmpty = trees.every((tree) => tree.functions.size + tree.children.size === 0);
    const reference = isEmpty ? "" : 'import type { FunctionReference } from "convoy/client";\n';
    const model = [...this.#imports].toSorted().join(", ");
    return reference + (model === "" ? "" : `import type { ${model} } from "./dataModel.js";\n`);
  }

  #printBody(publicTree: ApiNode, internalTree: ApiNode): void {
    this.#write("\n/** The functions that clients can call. */\nexport interface Api {\n");
    this.#printNode(publicTree, "  ");
    this.#write("}\n\n/** The functions that only other functions can call. */\n");
    this.#write("export interface Internal {\n");
    this.#printNode(internalTree, "  ");
    this.#write("}\n");
  }

  #printNode(node: ApiNode, indent: string): void {
    const keys = [...new Set([...node.functions.keys(), ...node.children.keys()])].toSorted();
    for (const key of keys) {
      const found = node.functions.get(key);
      const child = node.children.get(key);
      if (found) this.#printFunction(found, indent);
      else if (child) {
        this.#write(`${indent}${propertyName(key)}: {\n`);
        this.#printNode(child, `${indent}  `);
        this.#write(`${indent}};\n`);
      }
    }
  }

  #printFunction({ module, facts }: ApiFunction, indent: string): void {
    this.#write(printComment(facts.doc, indent));
    this.#names.push({ line: this.#line, column: indent.length, span: facts.span });
    const inner = `${indent}  `;
    const args = this.#printType(facts.args, module, true, inner);
    const result = this.#printType(facts.result, module, false, inner);
    const parts = [JSON.stringify(facts.kind), JSON.stringify(facts.visibility), args, result];
    const start = `${indent}${propertyName(facts.name)}: FunctionReference<`;
    const line = `${start}${parts.join(", ")}>;\n`;
    const fits = line.length <= 101 && line.indexOf("\n") === line.length - 1;
    this.#write(fits ? line : `${start}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}>;\n`);
  }

  #printType(type: TypeFact, module: ModuleFacts, isInput: boolean, indent = ""): string {
    let known = printedTypes.get(type);
    if (!known) printedTypes.set(type, (known = new Map()));
    const key = `${indent}${isInput ? "input" : "output"}`;
    let printed = known.get(key);
    if (printed?.schema !== this.#schema) {
      const imports = new Set<string>();
      let isNamed = false;
      const named = (name: string) => {
        isNamed = true;
        return this.#types.nameIn(module, name);
      };
      const text = printType(type, this.#printer(isInput, imports, named), indent);
      printed = { schema: this.#schema, text, imports };
      // The names of recursive types depend on those of other modules.
      if (!isNamed) known.set(key, printed);
    }
    for (const name of printed.imports) this.#imports.add(name);
    return printed.text;
  }

  #printer(
    isInput: boolean,
    imports: Set<string>,
    named: (name: string) => string,
  ): TypePrinterOptions {
    const use = (name: string) => {
      imports.add(name);
      return name;
    };
    return {
      isInput,
      id: () => use("Id"),
      document: (table, variant) => {
        const name =
          variant === undefined ? undefined : this.#documentNames.get(table)?.variants[variant];
        return name === undefined ? `${use("Doc")}<${JSON.stringify(table)}>` : use(name);
      },
      named,
    };
  }

  #write(text: string): void {
    this.text += text;
    this.#line += lineBreaks(text);
  }
}

function lineBreaks(text: string): number {
  return text.split("\n").length - 1;
}

/** The declaration map that takes "go to definition" from `apiTypes.d.ts` to the source. */
export function printApiTypesMap(
  names: readonly MappedName[],
  lineOffset: number,
  positionOf: (span: SourceSpan) => { readonly line: number; readonly column: number },
): string {
  const sources = [...new Set(names.map((name) => name.span.file))].toSorted();
  const lines: [number, number, number, number][][] = [];
  for (const name of names) {
    const { line, column } = positionOf(name.span);
    const generated = name.line + lineOffset;
    while (lines.length <= generated) lines.push([]);
    lines[generated]?.push([name.column, sources.indexOf(name.span.file), line, column]);
  }
  const map = {
    version: 3,
    file: "apiTypes.d.ts",
    sourceRoot: "",
    // `span.file` begins at the project root, two folders above the map.
    sources: sources.map((file) => `../../${file}`),
    names: [],
    mappings: encode(lines),
  };
  return `${JSON.stringify(map)}\n`;
}
