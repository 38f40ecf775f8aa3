/** Whether a version, as a package names it, is this one or a later one: `atLeast("5.10.1", "5.5")`. */
export function atLeast(version: string, least: string): boolean {
  const numbers = parts(version);
  for (const [at, wanted] of parts(least).entries()) {
    const number = numbers[at] ?? 0;
    if (number !== wanted) return number > wanted;
  }
  return true;
}

/** The first number: 6 of `6.0.3`. */
export function majorOf(version: string): number {
  return parts(version)[0] ?? 0;
}

function parts(version: string): readonly number[] {
  // What follows a hyphen names a pre-release, which counts as the version that it comes before.
  const [numbers = ""] = version.replace(/^v/, "").split("-", 1);
  return numbers.split(".").map((part) => Number.parseInt(part, 10) || 0);
}
