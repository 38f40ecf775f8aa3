import { includesNamed } from "../model/canonical.js";
import type { ObjectFact, PropertyFact, TypeFact } from "../model/type-fact.js";

export interface TypePrinterOptions {
  /** The name of the `Id` type, which the printed text must import. */
  readonly id: () => string;
  /** How a whole document is written: `Doc<"projects">`. */
  readonly document: (table: string, variant: number | undefined) => string;
  /** The printed name of a declaration that a `named` type refers to. */
  readonly named: (name: string) => string;
  /** Values that people pass in: an optional property takes an explicit `undefined` too. */
  readonly isInput?: boolean;
}

/** Objects that fit into this many columns are printed on one line. */
const lineWidth = 96;

/**
 * Prints a type as TypeScript.
 *
 * @param indent the indentation of the line on which the type begins.
 */
export function printType(type: TypeFact, options: TypePrinterOptions, indent = ""): string {
  switch (type.kind) {
    case "date":
      return "Date";
    case "bytes":
      return "Uint8Array";
    case "literal":
      return JSON.stringify(type.value);
    case "bigint-literal":
      return `${type.digits}n`;
    case "template":
      return type.text;
    case "id":
      return `${options.id()}<${type.tables.map((table) => JSON.stringify(table)).join(" | ")}>`;
    case "array":
      return printArray(printType(type.element, options, indent), type.element);
    case "tuple":
      return printTuple(type, options, indent);
    case "object":
      return printObject(type, options, indent);
    case "union":
      return printUnion(type.members, options, indent);
    case "document":
      return options.document(type.table, type.variant);
    case "named":
      return options.named(type.name);
    case "unsupported":
      return "unknown";
    default:
      return type.kind;
  }
}

function printUnion(
  members: readonly TypeFact[],
  options: TypePrinterOptions,
  indent: string,
): string {
  const line = members.map((member) => printType(member, options, indent)).join(" | ");
  const isShort = indent.length + line.length <= lineWidth && !line.includes("\n");
  const objects = members.filter((member) => member.kind === "object" || member.kind === "array");
  // One object that may also be null reads well as it is; a list of variants does not.
  if (isShort || (line.includes("\n") && objects.length < 2)) return line;
  const inner = `${indent}  `;
  return members.map((member) => `\n${inner}| ${printType(member, options, inner)}`).join("");
}

function printArray(element: string, type: TypeFact): string {
  return type.kind === "union" ? `(${element})[]` : `${element}[]`;
}

function printTuple(
  type: Extract<TypeFact, { kind: "tuple" }>,
  options: TypePrinterOptions,
  indent: string,
): string {
  const elements = type.elements.map((element) => printType(element, options, indent));
  if (type.rest)
    elements.push(`...${printArray(printType(type.rest, options, indent), type.rest)}`);
  return `[${elements.join(", ")}]`;
}

function printObject(type: ObjectFact, options: TypePrinterOptions, indent: string): string {
  const index = type.index;
  if (type.properties.length === 0) {
    if (!index) return "Record<string, never>";
    const values = printType(index, options, indent);
    // An alias may refer to itself in an index signature, but not in the arguments of another alias.
    return includesNamed(index) ? `{ [key: string]: ${values} }` : `Record<string, ${values}>`;
  }
  const plain = type.properties.every((property) => property.doc === undefined);
  if (plain) {
    const members = type.properties.map((property) => printProperty(property, options, indent));
    if (index) members.push(`[key: string]: ${printType(index, options, indent)}`);
    const line = `{ ${members.join("; ")} }`;
    if (!line.includes("\n") && indent.length + line.length <= lineWidth) return line;
  }
  return `{\n${printMembers(type, options, `${indent}  `)}${indent}}`;
}

/** The members of an object type, one a line, with their comments. */
export function printMembers(
  type: ObjectFact,
  options: TypePrinterOptions,
  indent: string,
): string {
  const members = type.properties.map(
    (property) =>
      `${printComment(property.doc, indent)}${indent}${printProperty(property, options, indent)};\n`,
  );
  if (type.index) {
    members.push(`${indent}[key: string]: ${printType(type.index, options, indent)};\n`);
  }
  return members.join("");
}

function printProperty(
  property: PropertyFact,
  options: TypePrinterOptions,
  indent: string,
): string {
  const type = printType(property.type, options, indent);
  const orUndefined = property.optional && options.isInput ? " | undefined" : "";
  return `${propertyName(property.name)}${property.optional ? "?" : ""}: ${type}${orUndefined}`;
}

/** A property's name as it is written in a type: quoted unless it is an identifier. */
export function propertyName(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);
}

/** A JSDoc comment with its newline; nothing where there is no text. */
export function printComment(text: string | undefined, indent: string): string {
  if (!text) return "";
  const lines = text.replaceAll("*/", "*\\/").split(/\r?\n/);
  const [only] = lines;
  if (lines.length === 1) return `${indent}/** ${only} */\n`;
  const body = lines.map((line) => `${indent} *${line === "" ? "" : ` ${line}`}\n`).join("");
  return `${indent}/**\n${body}${indent} */\n`;
}
