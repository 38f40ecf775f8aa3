import { type Finding, ok, problem, warning } from "./finding.js";
import type { InstalledPackages } from "./installed.js";
import { atLeast, majorOf } from "./version.js";

/** The major version of zod that schemas and arguments are written in. */
const ZOD = 4;
const LEAST_DRIZZLE = "0.45.4";
const NEXT_DRIZZLE = "0.46";

/**
 * The packages that a project's code imports.
 *
 * @param own the version of the Convoy that runs.
 */
export function checkPackages(installed: InstalledPackages, own: string): readonly Finding[] {
  const findings = [convoy(installed, own), zod(installed), drizzle(installed)];
  const found = findings.filter((finding) => finding !== null);
  if (found.length > 0) return found;
  const names = [`convoy ${own}`, `zod ${installed.zod}`];
  if (installed.drizzle !== null) names.push(`drizzle-orm ${installed.drizzle}`);
  const without =
    installed.drizzle === null ? " drizzle-orm is not installed, so there is no ctx.drizzle." : "";
  return [ok("packages", `${names.join(", ")}.${without}`)];
}

function convoy(installed: InstalledPackages, own: string): Finding | null {
  if (installed.convoy === null) {
    return problem(
      "packages",
      "The project cannot import convoy: it is not installed here.",
      "npm install convoy",
    );
  }
  if (installed.convoy === own) return null;
  return warning(
    "packages",
    `The project has convoy ${installed.convoy}, and this is ${own}.`,
    "Run the project's own: `npx convoy` in its folder.",
  );
}

function zod({ zod }: InstalledPackages): Finding | null {
  if (zod !== null && majorOf(zod) === ZOD) return null;
  const is = zod === null ? "zod is not installed" : `zod ${zod} is installed`;
  return problem(
    "packages",
    `${is}; schemas and arguments are written in zod ${ZOD}.`,
    `npm install zod@${ZOD}`,
  );
}

function drizzle({ drizzle }: InstalledPackages): Finding | null {
  if (drizzle === null) return null;
  if (atLeast(drizzle, LEAST_DRIZZLE) && !atLeast(drizzle, NEXT_DRIZZLE)) return null;
  return warning(
    "packages",
    `drizzle-orm ${drizzle} is not a version that ctx.drizzle is tested with.`,
    `npm install drizzle-orm@^${LEAST_DRIZZLE}`,
  );
}
