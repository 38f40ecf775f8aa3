import type { Manifest } from "../../compiler/model/manifest.js";
import { planSchema } from "../../runtime/postgres/apply/sync-schema.js";
import { describeFailure } from "../failure.js";
import { count, listing } from "../printable.js";
import { type Finding, ok, problem, warning } from "./finding.js";

/** Whether the tables of a database are those of the schema. */
export async function checkTables(url: string, manifest: Manifest): Promise<readonly Finding[]> {
  try {
    const { steps, problems } = await planSchema({ url, manifest });
    if (problems.length > 0) {
      return problems.map(({ message }) => problem("tables", message, null));
    }
    if (steps.length === 0) return [ok("tables", "The tables are as the schema wants them.")];
    const kinds = [...new Set(steps.map(({ kind }) => kind))];
    return [
      warning(
        "tables",
        `The tables are not yet as the schema wants them: ${count(steps.length, "step")} to go (${listing(kinds)}).`,
        "`npx convoy dev` goes them, and `npx convoy deploy` in production; `npx convoy plan` shows them.",
      ),
    ];
  } catch (error) {
    return [problem("tables", describeFailure(error).message, null)];
  }
}
