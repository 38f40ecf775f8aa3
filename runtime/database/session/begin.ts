import type { Statement } from "./statement.js";

/** What begins a transaction. */
export type Begin =
  /** Sent with the first statement. Should one of them fail, none behind it is run. */
  | {
      readonly kind: "statements";
      readonly statements: readonly (readonly [Statement, readonly string[]])[];
    }
  /** Sent alone, and answered before anything else is sent: what follows needs its settings. */
  | { readonly kind: "text"; readonly text: string };
