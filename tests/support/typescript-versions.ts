import { createRequire } from "node:module";
import type ts from "typescript";

const require = createRequire(import.meta.url);

/** The packages that hold the versions of TypeScript that people's projects have. */
export const typescriptPackages = ["typescript", "typescript-5.9", "typescript-5.5"] as const;

export type TypeScriptPackage = (typeof typescriptPackages)[number];

export function loadVersion(name: TypeScriptPackage): typeof ts {
  return require(name) as typeof ts;
}

/** The path of a file in the package, such as `lib/tsserver.js` or `bin/tsc`. */
export function fileOfVersion(name: TypeScriptPackage, file: string): string {
  return require.resolve(`${name}/${file}`);
}
