/**
 * Rewrites the golden files from what the code does now: `npm run golden`, or
 * `npm run golden -- tests/compiler` for some of the tests. Review the diff before committing it.
 */
import { runTool } from "./tool.js";

process.exitCode = await runTool(
  "vitest",
  "vitest",
  ["run", "--update=all", ...process.argv.slice(2)],
  { env: { UPDATE_GOLDEN: "1" } },
);
