import { checkGenerated, writeGenerated } from "../compiler/emit/write.js";
import type { Session } from "../compiler/session.js";
import { writeFailure } from "./failure.js";

/** What is done with generated text. Tests hand in another. */
export interface GeneratedFiles {
  /** The paths that are missing, differ or are left over. */
  check(files: ReadonlyMap<string, string>): readonly string[];
  /** Writes what differs and gives the paths that it wrote. */
  write(files: ReadonlyMap<string, string>): readonly string[];
}

/** The project's `_generated` folder. */
export function generatedFilesOf({ project }: Pick<Session, "project">): GeneratedFiles {
  return {
    check: checkGenerated,
    write(files) {
      try {
        return writeGenerated(files);
      } catch (error) {
        throw writeFailure(error, project.generatedDir);
      }
    },
  };
}
