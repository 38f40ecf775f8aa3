import { writeGenerated } from "../../compiler/index.js";
import { analyse } from "../support/analyse.js";
import { type TempProject, tempProject } from "../support/temp-project.js";

/** What a person writes in the tsconfig to have the plugin. */
export const tsconfig: string = JSON.stringify({
  compilerOptions: {
    target: "es2023",
    lib: ["es2023"],
    module: "esnext",
    moduleResolution: "bundler",
    strict: true,
    skipLibCheck: true,
    types: [],
    noEmit: true,
    plugins: [{ name: "convoy/language-service-plugin" }],
  },
  include: ["convoy", "src"],
});

/** The quickstart with the plugin and its code generated, and other files. */
export async function editorProject(
  files: Readonly<Record<string, string>> = {},
  fixture = "quickstart",
): Promise<TempProject> {
  const project = await tempProject(fixture, {
    files: { "tsconfig.json": tsconfig, ...files },
  });
  writeGenerated(analyse(project.root).files ?? new Map());
  return project;
}

/** A module with one function whose handler has this body. */
export function moduleOf(body: string, kind = "query"): string {
  return `import { defineRef } from "convoy";
import { z } from "zod";
import { api } from "../_generated/api";
import { ${kind} } from "../_generated/server";

export const one = ${kind}({
  args: { userId: defineRef("users") },
  handler: async (ctx, args) => {
    ${body}
  },
});
`;
}
