import type { z } from "zod";

/** Problems that a message names; more would bury the first. */
const NAMED_PROBLEMS = 3;

/** What a validator has found, as the rest of a sentence. A message may be a sentence by itself. */
export function describeIssues({ issues }: z.core.$ZodError): string {
  const problems = issues.slice(0, NAMED_PROBLEMS).map(({ path, message }) => {
    const what = message.replace(/\.$/, "");
    return path.length === 0 ? what : `"${path.join(".")}": ${what}`;
  });
  const more = issues.length - problems.length;
  return `${problems.join("; ")}${more > 0 ? `; and ${more} more` : ""}`;
}
