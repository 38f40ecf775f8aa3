import ts from "typescript";

/** The TypeScript that Convoy brings along, for its own commands. */
export function loadTypeScript(): typeof ts {
  return ts;
}
