import { expect, test } from "vitest";
import { typescriptVersions, watchTspc } from "../support/tspc.js";
import { addToyTable, functions, missingTable, toyProject } from "./toy-project.js";

test.for(typescriptVersions)(
  "%s: tspc --watch lives through edits, errors, deletions and a bug of ours",
  async (version) => {
    await using project = await toyProject();
    await using tspc = watchTspc(project, ["--watch"], version);
    expect(await tspc.nextCompilation()).toMatch(/Found 0 errors/);
    const schema = await project.read("convoy/schema.ts");
    const stamp = project.stamp("convoy/_generated/server.ts");

    await addToyTable(project);
    expect(await tspc.nextCompilation(/Found [1-9]/)).toMatch(missingTable);
    await project.write("convoy/schema.ts", schema);
    await tspc.nextCompilation(/Found 0 errors/);

    await project.write("convoy/functions/projects.ts", `${functions}// error\n`);
    expect(await tspc.nextCompilation(/Found [1-9]/)).toMatch(/error TS991004: CV1004: /);
    await project.write("convoy/functions/projects.ts", `${functions}// bug\n`);
    await tspc.nextCompilation(/Convoy: internal error\. .*\nError: injected\n/);
    await project.write("convoy/functions/projects.ts", functions);
    await tspc.nextCompilation(/Found 0 errors/);

    // A file that is gone stays among the root files until TypeScript looks at the folder again.
    await project.remove("convoy/schema.ts");
    await tspc.nextCompilation(/error TS991001: CV1001: No schema\. \(convoy\/schema\.ts\)/);
    await project.write("convoy/schema.ts", schema);
    await tspc.nextCompilation(/Found 0 errors/);
    expect(project.stamp("convoy/_generated/server.ts")).toBe(stamp);

    await project.remove("convoy/_generated");
    await tspc.nextCompilation(/Found 0 errors/);
    expect(project.exists("convoy/_generated/api.ts")).toBe(true);

    // Each edit is one compilation, and one more where files came or went: nothing turns in circles.
    expect(tspc.compilations).toBeLessThanOrEqual(18);
  },
);
