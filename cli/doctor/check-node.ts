import { type Finding, ok, problem } from "./finding.js";
import { atLeast } from "./version.js";

const LEAST_NODE = "20.19";

/** @param version as `process.version` has it. */
export function checkNode(version: string): Finding {
  const name = `Node ${version.replace(/^v/, "")}`;
  return atLeast(version, LEAST_NODE)
    ? ok("node", `${name}.`)
    : problem(
        "node",
        `${name} is older than what Convoy runs on.`,
        `Install Node ${LEAST_NODE} or newer.`,
      );
}
