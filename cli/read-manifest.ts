import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Manifest } from "../compiler/model/manifest.js";
import type { ProjectLayout } from "../compiler/project/layout.js";
import { ConvoyError } from "../protocol/errors.js";

/** The one that this Convoy writes. */
const MANIFEST_VERSION: Manifest["version"] = 1;

/** @throws {ConvoyError} `manifest-unreadable`. */
export async function readManifest({ generatedDir }: ProjectLayout): Promise<Manifest> {
  const file = path.join(generatedDir, "manifest.json");
  let manifest: Manifest | null;
  try {
    manifest = JSON.parse(await readFile(file, "utf8")) as Manifest | null;
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).code === "ENOENT"
      ? unreadable(
          `There is no ${file}. Run \`convoy codegen\` first, or pass the folder that holds convoy/ with --root.`,
          cause,
        )
      : unreadable(`${file} cannot be read. Run \`convoy codegen\`.`, cause);
  }
  if (manifest !== null && manifest.version === MANIFEST_VERSION) return manifest;
  throw unreadable(
    `${file} was written by another version of Convoy. Run \`convoy codegen\` with this one.`,
  );
}

function unreadable(message: string, cause?: unknown): ConvoyError {
  return new ConvoyError("manifest-unreadable", message, { cause });
}
