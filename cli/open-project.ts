import path from "node:path";
import type { LibraryFiles } from "../compiler/hosts/typescript/source-files.js";
import type { Session } from "../compiler/session.js";

/** Parsed once for all the projects that a process opens. */
const libraryFiles: LibraryFiles = new Map();

/**
 * Opens the project in `root`, a path relative to `cwd`. The compiler and TypeScript are loaded
 * here, so that `--help` need not wait for them.
 *
 * @throws {ConvoyProjectError} when there is no project to open.
 */
export async function openProject(cwd: string, root: string): Promise<Session> {
  const [{ loadTypeScript }, { createSession }] = await Promise.all([
    import("../compiler/hosts/typescript/load.js"),
    import("../compiler/session.js"),
  ]);
  return createSession({ ts: loadTypeScript(), root: path.resolve(cwd, root), libraryFiles });
}
