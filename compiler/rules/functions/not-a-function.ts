import type { FactsRule } from "../rule.js";

export const notAFunction: FactsRule = {
  on: "facts",
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
        const what = name === "default" ? "The default export" : `"${name}"`;
        yield {
          message: `${what} is no query, mutation or action, and everything that ${module.file} exports is part of the api. Move it out of convoy/functions, or do not export it.`,
          span,
        };
      }
    }
  },
};
