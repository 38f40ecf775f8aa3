import type { ModuleFacts, SchemaFacts } from "../model/facts.js";

/**
 * Turns a project's source into facts. The boundary is coarse on purpose: a host may answer each
 * call in one batch over IPC.
 */
export interface CompilerHost {
  /** Reads `convoy/schema.ts`. Needs no generated file; never throws for what the file says. */
  readSchema(): SchemaFacts;
  /**
   * Reads modules of functions against `schema`, each function's result inferred afresh, whatever
   * api is on disk. `files` are absolute paths; all modules of the project when left out. The
   * answer is in the order of the modules' paths.
   */
  readFunctions(schema: SchemaFacts, files?: readonly string[]): readonly ModuleFacts[];
}
