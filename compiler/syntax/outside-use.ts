import type ts from "typescript";
import type { Capability } from "./capability.js";
import { importOf } from "./definition.js";
import type { Imports } from "./imports.js";
import type { Scopes } from "./scope.js";
import type { TypeScript } from "./tree.js";

/** A use of something that a transaction cannot undo or repeat: the network, files, timers. */
export interface OutsideUse {
  readonly node: ts.Identifier;
  /** How a message names it: `fetch`, `fs.readFile`. */
  readonly text: string;
  /** The package or built-in module it comes from; `null` for a global. */
  readonly module: string | null;
  /** What the function around it is given. */
  readonly capability: Capability;
}

const globals: ReadonlySet<string> = new Set([
  "fetch",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "WebSocket",
  "XMLHttpRequest",
  "EventSource",
  // `globalThis.fetch(…)`
  "globalThis",
]);

const builtIns: ReadonlySet<string> = new Set([
  "child_process",
  "cluster",
  "dgram",
  "dns",
  "fs",
  "http",
  "http2",
  "https",
  "inspector",
  "net",
  "readline",
  "repl",
  "timers",
  "tls",
  "worker_threads",
]);
const packages: ReadonlySet<string> = new Set([
  "axios",
  "got",
  "ky",
  "node-fetch",
  "ofetch",
  "superagent",
  "undici",
  "ws",
]);

/** The names in a file that a use of the outside may begin with. */
export function outsideNamesIn(imports: Imports): ReadonlySet<string> {
  const imported = [...imports].flatMap(([local, { module, typeOnly }]) =>
    !typeOnly && isOutsideModule(module) ? local : [],
  );
  // Hardly any file of functions imports one, and an editor asks at every key.
  return imported.length === 0 ? globals : new Set([...globals, ...imported]);
}

/** Whether the module does I/O: a built-in one such as `node:fs/promises`, or a known package. */
function isOutsideModule(module: string): boolean {
  // Asked of every import at every key of an editor.
  if (module.startsWith(".")) return false;
  const start = module.startsWith("node:") ? 5 : 0;
  const slash = module.indexOf("/", start);
  const root = module.slice(start, slash < 0 ? undefined : slash);
  return builtIns.has(root) || packages.has(module);
}

/** The use that the identifier is: only where it is called, so that types and tests stay free. */
export function outsideUseOf(
  ts: TypeScript,
  identifier: ts.Identifier,
  imports: Imports,
  scopes: Scopes,
): Omit<OutsideUse, "capability"> | null {
  const { parent } = identifier;
  // The name of a property or of a declaration.
  if (ts.isPropertyAccessExpression(parent) && parent.name === identifier) return null;
  let callee: ts.Expression = identifier;
  let text = identifier.text;
  while (ts.isPropertyAccessExpression(callee.parent) && callee.parent.expression === callee) {
    callee = callee.parent;
    text += `.${(callee as ts.PropertyAccessExpression).name.text}`;
  }
  const call = callee.parent;
  const isCalled =
    (ts.isCallExpression(call) || ts.isNewExpression(call)) && call.expression === callee;
  if (!isCalled) return null;

  const imported = importOf(ts, identifier, imports, scopes);
  if (imported !== null) {
    return isOutsideModule(imported.module)
      ? { node: identifier, text, module: imported.module }
      : null;
  }
  if (scopes.resolve(identifier) !== null) return null;
  const global = text.replace(/^globalThis\./, "");
  return global !== "globalThis" && globals.has(global)
    ? { node: identifier, text: global, module: null }
    : null;
}
