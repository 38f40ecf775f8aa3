import type { Catalog, CatalogTable, RegisteredIndex } from "../catalog/catalog.js";
import type { PhysicalSchema } from "../schema/physical-schema.js";
import type { Manifest } from "../../../compiler/model/manifest.js";
import type { Notice, Problem } from "./problem.js";
import type { RenameTableStep, Step } from "./step.js";

export interface Rename {
  readonly from: string;
  readonly to: string;
}

export interface PlanOptions {
  /** The tables that may be dropped, with all that is in them. */
  readonly allowDrop: readonly string[];
  readonly renames: readonly Rename[];
}

export interface PlanInput {
  readonly desired: PhysicalSchema;
  readonly manifest: Manifest;
  readonly catalog: Catalog;
  /** The manifest that was applied last. */
  readonly applied: Manifest | null;
  readonly options: PlanOptions;
}

/** The tables as they will be once those that are renamed have been. */
export interface World {
  readonly schema: string;
  /** Convoy's tables, by the name that they will have. */
  readonly tables: ReadonlyMap<string, ExistingTable>;
  /** The numbers of all of Convoy's tables, also of one that somebody else has dropped. */
  readonly numbers: ReadonlyMap<string, number>;
  /** What has a name in the schema and is none of Convoy's tables, in words. */
  readonly taken: ReadonlyMap<string, string>;
  /** What was applied last, in today's names. */
  readonly applied: Manifest | null;
}

export interface ExistingTable {
  readonly number: number;
  /** What it is called until it is renamed. */
  readonly currentName: string;
  /** With the names that it and its indexes will have. */
  readonly table: CatalogTable;
  /** The indexes that are Convoy's to drop. */
  readonly registered: readonly RegisteredIndex[];
}

/** A part of a plan. */
export interface Findings {
  readonly steps: readonly Step[];
  readonly problems: readonly Problem[];
  readonly notices: readonly Notice[];
}

export interface RenameFindings {
  readonly steps: readonly RenameTableStep[];
  readonly problems: readonly Problem[];
  readonly world: World;
}
