import path from "node:path";
import type ts from "typescript";
import { writeGenerated } from "../emit/write.js";
import { BuildError } from "./build-error.js";

/**
 * Writes the generated files that differ from the disk, removes what is left over of earlier ones,
 * tells `host` of both and returns their paths.
 */
export function writeForHost(
  ts: typeof import("typescript"),
  host: ts.CompilerHost,
  files: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  const changed = write(files);
  tellOf(ts.sys, host, changed, files);
  return new Set(changed);
}

function write(files: ReadonlyMap<string, string>): readonly string[] {
  try {
    return writeGenerated(files);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BuildError(`cannot write the generated files. ${reason}`);
  }
}

/**
 * Has `host` believe that it writes the `changed` files, which are written already. Hosts remember
 * for a whole build, with all its projects, which files and folders are there and what the files
 * say, and only their own `writeFile` has them look again.
 */
function tellOf(
  sys: ts.System,
  host: ts.CompilerHost,
  changed: readonly string[],
  files: ReadonlyMap<string, string>,
): void {
  const { writeFile } = sys;
  const known = new Set<string>();
  sys.writeFile = (file) => {
    const folder = path.dirname(file);
    if (known.has(folder)) return;
    // A host whose write fails looks for the folder, "makes" it and tries again; otherwise one that
    // has looked for the folder in vain would say to the end that nothing can be in there.
    known.add(folder);
    throw new Error(`${folder} may be new.`);
  };
  try {
    for (const file of changed) {
      const text = files.get(file);
      if (text !== undefined) host.writeFile(file, text, false, () => undefined);
    }
  } finally {
    sys.writeFile = writeFile;
  }
}
