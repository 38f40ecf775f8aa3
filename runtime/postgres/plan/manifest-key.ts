import { createHash } from "node:crypto";
import type { Manifest } from "../../../compiler/model/manifest.js";

/**
 * A text that is equal for manifests whose tables are the same. Functions are no part of it, nor is
 * the order of keys, which jsonb does not keep.
 */
export function manifestKey({ tables, types }: Manifest): string {
  return JSON.stringify(sorted({ tables, types }));
}

export function manifestHash(manifest: Manifest): string {
  return createHash("sha256").update(manifestKey(manifest)).digest("hex");
}

function sorted(data: unknown): unknown {
  if (typeof data !== "object" || data === null) return data;
  if (Array.isArray(data)) return data.map(sorted);
  const entries = Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, value]) => [key, sorted(value)]));
}
