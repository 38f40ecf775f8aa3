import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { type TempProject, tempProject } from "../support/temp-project.js";

/** A project that `tspc` builds. */
export interface BuildProject extends TempProject {
  exists(file: string): boolean;
  /** Changes whenever somebody writes the file. */
  stamp(file: string): string;
  /** Replaces a text, which must be there, in a file. */
  replace(file: string, text: string, by: string): Promise<void>;
}

/** `tempProject`, with what the tests of builds ask of it. */
export async function buildProject(
  fixture: string,
  options: Parameters<typeof tempProject>[1],
): Promise<BuildProject> {
  const project = await tempProject(fixture, options);
  return Object.assign(project, {
    exists: (file: string) => existsSync(path.join(project.root, file)),
    stamp: (file: string) => {
      const { ino, mtimeMs } = statSync(path.join(project.root, file));
      return `${ino} ${mtimeMs}`;
    },
    replace: async (file: string, text: string, by: string) => {
      const old = await project.read(file);
      if (!old.includes(text)) throw new Error(`${file} does not contain ${JSON.stringify(text)}.`);
      await project.write(
        file,
        old.replace(text, () => by),
      );
    },
  });
}
