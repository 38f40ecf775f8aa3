import type ts from "typescript";
import type { Name } from "./name.js";

/** A place where a name is written, without its quotes. */
export interface Occurrence {
  readonly name: Name;
  readonly fileName: string;
  readonly span: ts.TextSpan;
  readonly isDefinition: boolean;
  /** `{ projects }`: both a property's name and a variable's. */
  readonly isShorthand: boolean;
}

/** Whether a place is in what is written, or right behind it. */
export function covers({ start, length }: ts.TextSpan, position: number): boolean {
  return start <= position && position <= start + length;
}
