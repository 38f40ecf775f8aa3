import type ts from "typescript";

/** What ts-patch hands to a program transformer besides the program and its host. */
export interface TransformerExtras {
  /** The TypeScript that runs this build. */
  readonly ts: typeof ts;
}

/** The plugin's entry in `compilerOptions.plugins`. */
export interface TransformerConfig {
  /** The folder that holds `convoy/`, relative to the tsconfig. Found by itself where left out. */
  readonly root?: unknown;
}

/** A program transformer, as ts-patch calls it. */
export type ProgramTransformer = (
  program: ts.Program,
  host: ts.CompilerHost | undefined,
  config: TransformerConfig | undefined,
  extras: TransformerExtras,
) => ts.Program;
