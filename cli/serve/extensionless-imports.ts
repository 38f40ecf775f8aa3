import { existsSync, readFileSync } from "node:fs";
import module from "node:module";
import path from "node:path";

/** A relative specifier of an import or a re-export, written as tsc writes them. */
const relativeImport = /\b(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"'\n]+)["']/g;

/** Modules that are looked at: more than any project has. */
const MAX_MODULES = 20_000;

/**
 * `import "../_generated/server"` is what one writes for a bundler, and tsc leaves it so; Node wants
 * the `.js`. Where the modules of a project have such imports, Node is taught to find what they mean.
 *
 * @param entry the module that will be imported.
 */
export function allowExtensionlessImports(entry: string): void {
  if (!hasExtensionless(entry)) return;
  const { registerHooks } = module as unknown as {
    readonly registerHooks?: (hooks: object) => void;
  };
  // Since Node 22.15 on this thread; before, the hook takes a thread of its own.
  if (registerHooks !== undefined) registerHooks({ resolve: createResolve() });
  else module.register(`data:text/javascript,${encodeURIComponent(asModule)}`);
}

function hasExtensionless(entry: string): boolean {
  const seen = new Set([entry]);
  for (const file of seen) {
    if (seen.size > MAX_MODULES) return true;
    for (const [, specifier] of readModule(file).matchAll(relativeImport)) {
      const target = path.resolve(path.dirname(file), specifier as string);
      if (/\.(?:js|mjs)$/.test(target) && existsSync(target)) seen.add(target);
      else if (existsSync(`${target}.js`) || existsSync(path.join(target, "index.js"))) return true;
    }
  }
  return false;
}

function readModule(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Node says it better when it comes to it.
    return "";
  }
}

type Resolve = (specifier: string, context: unknown, next: Resolve) => unknown;

/** Its text is a module of its own in older versions of Node: it may use nothing from outside. */
function createResolve(): Resolve {
  const isRelative = (specifier: string): boolean => /^\.{1,2}\//.test(specifier);
  return (specifier, context, next) => {
    const others = isRelative(specifier) ? [`${specifier}.js`, `${specifier}/index.js`] : [];
    const attempt = (name: string): unknown => {
      const recover = (error: unknown): unknown => {
        const { code } = error as { readonly code?: string };
        const other = others.shift();
        const isMissing = code === "ERR_MODULE_NOT_FOUND" || code === "ERR_UNSUPPORTED_DIR_IMPORT";
        if (!isMissing || other === undefined) throw error;
        return attempt(other);
      };
      try {
        const resolved = next(name, context, next);
        return resolved instanceof Promise ? resolved.catch(recover) : resolved;
      } catch (error) {
        return recover(error);
      }
    };
    return attempt(specifier);
  };
}

const asModule = `export const resolve = (${createResolve.toString()})();`;
