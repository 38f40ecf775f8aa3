import type { FactsRule } from "../rule.js";

export const notAFunction: FactsRule = {
  on: "facts",
  needs: "one-module",
  code: "CV2014",
  name: "not-a-function",
  severity: "warning",
  summary: "A module in `functions/` exports something that is no query, mutation or action.",
  fixes: [],
  example: {
    bad: "export const pageSize = 20; // in convoy/functions/projects.ts",
    good: "export const pageSize = 20; // in convoy/limits.ts",
  },
  *check({ modules }) {
    for (const module of modules) {
      for (const { name, span } of module.otherExports) {
        const message =
          name === "default"
            ? `A default export has no name in api, so nobody can call it. Export the function under a name, or move this out of convoy/functions.`
            : `"${name}" is no query, mutation or action, and everything that ${module.file} exports is part of the api. Move it out of convoy/functions, or do not export it.`;
        yield {
          message,
          span,
        };
      }
    }
  },
};
