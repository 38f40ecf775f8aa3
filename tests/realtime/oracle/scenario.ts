import type { Manifest, ManifestTable } from "../../../compiler/model/manifest.js";
import type { DocumentFields } from "../../database/support/random-document.js";
import { namedTypes } from "../../database/support/random-type.js";
import type { LiveDescription } from "./program.js";

/** All that happens in one run of the oracle, as data: it can be made smaller, and kept in a file. */
export interface Scenario {
  readonly tables: readonly ManifestTable[];
  /** What is there before, of each table. */
  readonly rows: readonly (readonly Row[])[];
  /** What clients may watch. */
  readonly queries: readonly LiveDescription[];
  readonly steps: readonly Step[];
  /** Whether ticks come all the time, beside the steps; else only where a step says so. */
  readonly isFree: boolean;
}

/** A document is known by its place in a table, whatever its id. */
export interface Row {
  readonly row: number;
  readonly fields: DocumentFields;
}

export type Write =
  /** The document is put in its place, or goes. */
  | {
      readonly kind: "put";
      readonly table: number;
      readonly row: number;
      readonly fields: DocumentFields | null;
    }
  /** Its id becomes another one. */
  | { readonly kind: "move"; readonly table: number; readonly row: number }
  | { readonly kind: "touch-all" | "delete-all" | "truncate"; readonly table: number }
  /** All become equal to this one. */
  | { readonly kind: "copy-all"; readonly table: number; readonly row: number }
  /** More copies of this one than are noted one by one; one of them stays. */
  | { readonly kind: "flood"; readonly table: number; readonly row: number };

export type Step =
  /** One transaction: of another process, in plain SQL, or of a mutation of a client. */
  | { readonly kind: "sql"; readonly writes: readonly Write[] }
  | { readonly kind: "mutation"; readonly client: number; readonly writes: readonly Write[] }
  /** A transaction that stays open, and whose writes nobody else makes. */
  | { readonly kind: "hold"; readonly writes: readonly Write[] }
  | { readonly kind: "release"; readonly isCommitted: boolean }
  | { readonly kind: "watch" | "unwatch" | "page"; readonly client: number; readonly query: number }
  | { readonly kind: "slow" | "quick" | "reconnect"; readonly client: number }
  /** The tables become these, and the server may go on with the code that knew the old ones. */
  | {
      readonly kind: "sync";
      readonly tables: readonly ManifestTable[];
      readonly isReplaced: boolean;
    }
  /** From `begin` to `end`, a tick has its snapshot and has not yet read anything. */
  | { readonly kind: "tick" | "begin" | "end" }
  /** All have what there is to have. */
  | { readonly kind: "quiet" };

export const CLIENTS = 3;

/** Rows from this one on are written by transactions that stay open, and by nobody else. */
export const HELD_ROWS = 20;

export function manifestOf(tables: readonly ManifestTable[]): Manifest {
  return { version: 1, tables, types: namedTypes, functions: [] };
}
