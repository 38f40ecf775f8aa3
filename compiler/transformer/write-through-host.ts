import path from "node:path";
import type ts from "typescript";
import { BuildError } from "./build-error.js";

/**
 * Writes what differs from the disk and returns the files that it wrote. Through the compiler's
 * host, as TypeScript emits: hosts remember which files are there and what they say, for this
 * program and for the projects that reference it, and only their own `writeFile` corrects that.
 */
export function writeThroughHost(
  ts: typeof import("typescript"),
  host: ts.CompilerHost,
  files: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  const changed = [...files].filter(([file, text]) => ts.sys.readFile(file) !== text);
  refusingMissingFolders(ts.sys, () => {
    for (const [file, text] of changed) {
      host.writeFile(file, text, false, (reason) => {
        throw new BuildError(`cannot write ${file}: ${reason}`);
      });
    }
  });
  return new Set(changed.map(([file]) => file));
}

/**
 * Runs `write` while `sys.writeFile` fails where the folder is missing. Otherwise it would make the
 * folder without its callers' knowledge, and a host that has once looked for the folder in vain
 * would say to the end of the build that nothing can be in there. A host whose write fails makes the
 * folder itself and tries again.
 */
function refusingMissingFolders(sys: ts.System, write: () => void): void {
  const { writeFile } = sys;
  sys.writeFile = (file, text, byteOrderMark) => {
    const folder = path.dirname(file);
    if (!sys.directoryExists(folder)) throw new Error(`${folder} is not a folder.`);
    writeFile.call(sys, file, text, byteOrderMark);
  };
  try {
    write();
  } finally {
    sys.writeFile = writeFile;
  }
}
