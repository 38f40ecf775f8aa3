import { createRequire } from "node:module";
import type ts from "typescript";

/**
 * The TypeScript that Convoy brings along, for its own commands. Required rather than imported:
 * before an import of a CommonJS module, Node parses all of it for the names of its exports.
 */
export function loadTypeScript(): typeof ts {
  return createRequire(import.meta.url)("typescript") as typeof ts;
}
