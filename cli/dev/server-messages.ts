/** What `convoy dev` tells a process that serves functions. */
export type ToServer =
  | {
      readonly kind: "serve";
      /** The folder with `functions.ts`. */
      readonly generated: string;
      /** The folder with all of its modules in one, `functions.js`; `null` where they are loaded one by one. */
      readonly bundle: string | null;
      readonly databaseUrl: string;
      readonly logLevel: string;
      readonly allowedOrigins: readonly string[];
    }
  /** Ends calls that are under way, and then the process. */
  | { readonly kind: "stop" };

/** What such a process tells `convoy dev`. */
export type FromServer =
  /** All that is not the project's own has been loaded. */
  | { readonly kind: "warm" }
  | { readonly kind: "listening"; readonly port: number; readonly functions: number }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };
