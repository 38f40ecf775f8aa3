/** What the files of one folder (or one file) may import. */
export interface Layer {
  /** A folder or a file, from the repository's root. The longest one that fits a file is its layer. */
  readonly path: string;
  /** Other layers, by their `path`; a layer's own files are always allowed. */
  readonly layers?: readonly string[];
  /** Other layers, with `import type` only. */
  readonly typeLayers?: readonly string[];
  readonly packages?: readonly string[];
  /** Packages, with `import type` only. */
  readonly typePackages?: readonly string[];
  /** Whether `node:` modules may be imported. */
  readonly node?: boolean;
  /** Whether `import(name)` may load a module whose name is not written there. */
  readonly computedImports?: boolean;
}

const compiler = ["compiler", "compiler/model", "compiler/hosts/typescript/load.ts"];

/**
 * The direction of imports. The compiler gets `typescript` handed in, since a project brings its
 * own version, and must never load a module of the project: code generation evaluates no user code.
 * A browser loads `client` and `protocol`, so these know neither Node nor any package.
 */
export const layers: readonly Layer[] = [
  { path: "protocol" },
  { path: "client", layers: ["protocol"] },
  { path: "client/react", layers: ["protocol", "client"], packages: ["react"] },
  {
    path: "client/tanstack-query",
    layers: ["protocol", "client"],
    packages: ["@tanstack/query-core"],
  },
  {
    path: "compiler",
    layers: compiler,
    packages: ["@jridgewell/sourcemap-codec"],
    typePackages: ["typescript"],
    node: true,
  },
  // Plain data, which the server reads as well: it knows no host and no checker.
  { path: "compiler/model" },
  {
    path: "compiler/hosts/typescript/load.ts",
    layers: compiler,
    packages: ["typescript"],
    node: true,
    computedImports: true,
  },
  {
    path: "runtime",
    layers: ["protocol"],
    typeLayers: ["compiler/model"],
    packages: [
      "compression",
      "cors",
      "drizzle-orm",
      "express",
      "express-rate-limit",
      "helmet",
      "jose",
      "pg",
      "pino",
      "prom-client",
      "ws",
      "zod",
    ],
    node: true,
    computedImports: true,
  },
  {
    path: "language-service-plugin",
    layers: compiler,
    typePackages: ["typescript"],
    node: true,
  },
  {
    path: "cli",
    layers: ["protocol", "client", ...compiler, "runtime", "language-service-plugin"],
    packages: ["chokidar", "commander", "esbuild", "pg", "picocolors", "typescript"],
    node: true,
    computedImports: true,
  },
];
