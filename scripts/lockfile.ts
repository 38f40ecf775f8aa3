export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
}

/**
 * The packages that a lock file pins to a host. Without `resolved`, npm asks the registry that is
 * configured where it runs, and `integrity` still vouches for the contents.
 */
export function findPinnedHosts({ packages }: Lockfile): string[] {
  return Object.entries(packages)
    .filter(([, { resolved }]) => resolved !== undefined && /^[\w+]+:\/\//.test(resolved))
    .map(([path, { resolved }]) => `${path}: ${resolved}`);
}

/**
 * The binaries for other platforms that a lock file should name but does not. npm drops those that
 * the registry at hand does not hold, and then `npm ci` refuses the lock file everywhere.
 */
export function findMissingBinaries({ packages }: Lockfile): Record<string, LockedPackage> {
  const missing: Record<string, LockedPackage> = {};
  for (const [parent, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const shared = `node_modules/${name}`;
      const own = parent === "" ? shared : `${parent}/${shared}`;
      if (packages[shared]?.version === version || packages[own] !== undefined) continue;
      // A range says nothing about which version it is: only npm can tell.
      if (!/^\d/.test(version)) continue;
      missing[packages[shared] === undefined ? shared : own] = {
        version,
        ...(dev === undefined ? {} : { dev }),
        optional: true,
        ...platformOf(name),
      };
    }
  }
  return missing;
}

/** The lock file with these packages where npm would have put them. */
export function addPackages<File extends Lockfile>(
  lockfile: File,
  added: Readonly<Record<string, LockedPackage>>,
): File {
  const packages = Object.entries({ ...lockfile.packages, ...added });
  packages.sort(([a], [b]) => a.localeCompare(b, "en"));
  return { ...lockfile, packages: Object.fromEntries(packages) };
}

/** Reads `@oxlint/binding-linux-arm64-musl`: such names follow one custom. */
function platformOf(name: string): Pick<LockedPackage, "os" | "cpu" | "libc"> {
  const parts = name.split(/[/-]/);
  const find = (known: readonly string[]): string | undefined =>
    parts.find((part) => known.includes(part));
  const os = find(["aix", "android", "darwin", "freebsd", "linux", "openharmony", "win32"]);
  const cpu = find(["arm", "arm64", "ia32", "ppc64", "riscv64", "s390x", "x64"]);
  const libc = parts.some((part) => part.startsWith("musl"))
    ? "musl"
    : parts.some((part) => part.startsWith("gnu"))
      ? "glibc"
      : undefined;
  return {
    ...(libc === undefined ? {} : { libc: [libc] }),
    ...(os === undefined ? {} : { os: [os] }),
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
  };
}
