import type ts from "typescript";
import { type ProjectLayout, relativeToRoot } from "../../compiler/project/layout.js";
import { type Finding, ok, problem, warning } from "./finding.js";
import type { Tsconfig } from "./tsconfig.js";
import { majorOf } from "./version.js";

/**
 * What in a tsconfig keeps `tsc` and the editor from seeing what Convoy sees.
 *
 * @param installed the project's TypeScript, which decides what an option is that is not there.
 */
export function checkTsconfig(
  typescript: typeof ts,
  layout: ProjectLayout,
  tsconfig: Tsconfig,
  installed: string | null,
): readonly Finding[] {
  if (tsconfig.file === null) {
    return [
      warning(
        "tsconfig",
        "There is no tsconfig.json, so an editor goes by other rules than Convoy.",
        "`npx convoy init` writes one, and leaves alone what is there.",
      ),
    ];
  }
  const name = relativeToRoot(layout, tsconfig.file);
  const findings: Finding[] = [];
  if (!findsEntryPoints(typescript, tsconfig.options, installed)) {
    findings.push(
      problem(
        "tsconfig",
        `${name} resolves modules in a way that does not know "exports", so convoy/client and the other entry points are not found.`,
        '"moduleResolution": "bundler", or "nodenext".',
      ),
    );
  }
  const { options } = tsconfig;
  if (!(options.strictNullChecks ?? options.strict ?? isStrictByItself(installed))) {
    findings.push(
      warning(
        "tsconfig",
        `${name} does not check for null: what db.get() or an optional field may lack goes unseen.`,
        '"strict": true.',
      ),
    );
  }
  if (!tsconfig.files.includes(layout.schemaFile)) {
    findings.push(
      warning(
        "tsconfig",
        `${name} does not include convoy/schema.ts, so tsc does not check the folder, nor does tspc generate.`,
        'Add "convoy" to "include".',
      ),
    );
  }
  if (findings.length > 0) return findings;
  return [ok("tsconfig", `${name} is strict, and finds Convoy's entry points.`)];
}

function findsEntryPoints(
  typescript: typeof ts,
  { module, moduleResolution }: ts.CompilerOptions,
  installed: string | null,
): boolean {
  const { ModuleKind, ModuleResolutionKind } = typescript;
  if (moduleResolution !== undefined) {
    return moduleResolution >= ModuleResolutionKind.Node16;
  }
  // TypeScript 6 resolves like a bundler unless told.
  if (installed === null || majorOf(installed) >= 6) return true;
  return module !== undefined && module >= ModuleKind.Node16;
}

function isStrictByItself(installed: string | null): boolean {
  return installed === null || majorOf(installed) >= 6;
}
