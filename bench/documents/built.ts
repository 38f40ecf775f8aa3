import path from "node:path";
import { pathToFileURL } from "node:url";

const dist = path.join(import.meta.dirname, "../../dist");

/** A module of the build, which is what is measured; its types are those of the source. */
export async function built<Module>(file: string): Promise<Module> {
  return (await import(pathToFileURL(path.join(dist, file)).href)) as Module;
}
