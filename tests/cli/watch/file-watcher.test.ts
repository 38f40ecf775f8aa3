import { rename } from "node:fs/promises";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { createFileWatcher } from "../../../cli/watch/file-watcher.js";
import { tempProject } from "../../support/temp-project.js";

/** What a watcher tells of, to be waited for. */
function listener() {
  const seen: string[] = [];
  let wake = (): void => {};
  return {
    seen,
    onChange(file: string) {
      seen.push(file);
      wake();
    },
    onError(error: unknown) {
      throw error;
    },
    /**
     * Resolves when it has told of the file, with all that it told of since the last time. The test's
     * timeout is what ends a wait in vain.
     */
    async change(file: string): Promise<readonly string[]> {
      while (!seen.includes(file)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return seen.splice(0);
    },
  };
}

test("tells of files that come, change and go, in folders that came later too", async () => {
  await using project = await tempProject("quickstart");
  const at = (file: string): string => path.join(project.root, file).replaceAll(path.sep, "/");
  const events = listener();
  await using watcher = createFileWatcher(events);
  await watcher.watch([at("convoy"), at("tsconfig.json")]);

  await project.write("convoy/schema.ts", "// changed");
  expect(await events.change(at("convoy/schema.ts"))).toContain(at("convoy/schema.ts"));
  await project.write("convoy/functions/admin/new.ts", "// new");
  expect(await events.change(at("convoy/functions/admin/new.ts"))).toContain(
    at("convoy/functions/admin/new.ts"),
  );
  await project.remove("convoy/functions/admin");
  expect(await events.change(at("convoy/functions/admin/new.ts"))).toContain(
    at("convoy/functions/admin/new.ts"),
  );
  await project.write("tsconfig.json", "{}");
  expect(await events.change(at("tsconfig.json"))).toContain(at("tsconfig.json"));
});

test("sees a file that is replaced by a rename, again and again", async () => {
  await using project = await tempProject("quickstart");
  const schema = path.join(project.root, "convoy/schema.ts").replaceAll(path.sep, "/");
  const events = listener();
  await using watcher = createFileWatcher(events);
  await watcher.watch([path.join(project.root, "convoy")]);
  for (const text of ["// one", "// two", "// three"]) {
    // Again until it is told of: of two changes within 50 ms chokidar tells of the first only.
    await vi.waitFor(async () => {
      await project.write("convoy/schema.ts.tmp", text);
      await rename(`${schema}.tmp`, schema);
      expect(events.seen).toContain(schema);
    });
    events.seen.length = 0;
  }
});

test("a folder that is removed and comes back is watched on", async () => {
  await using project = await tempProject("quickstart");
  const schema = path.join(project.root, "convoy/schema.ts").replaceAll(path.sep, "/");
  const events = listener();
  await using watcher = createFileWatcher(events);
  await watcher.watch([path.join(project.root, "convoy")]);

  await project.remove("convoy");
  expect(await events.change(schema)).toContain(schema);
  await project.write("convoy/schema.ts", "// back");
  expect(await events.change(schema)).toContain(schema);
  await project.write("convoy/schema.ts", "// changed");
  expect(await events.change(schema)).toContain(schema);
});

test("what is not watched is not told of, and a new set of paths replaces the old", async () => {
  await using project = await tempProject("quickstart");
  const at = (file: string): string => path.join(project.root, file).replaceAll(path.sep, "/");
  const events = listener();
  await using watcher = createFileWatcher(events);
  await watcher.watch([at("convoy/schema.ts"), at("missing/base.json")]);

  await project.write("convoy/other.ts", "// not watched");
  await project.write("missing/base.json", "{}");
  // A file that is made and then filled may be told of twice.
  const first = await events.change(at("missing/base.json"));
  expect(first).not.toContain(at("convoy/other.ts"));

  await watcher.watch([at("convoy/other.ts")]);
  await project.write("convoy/schema.ts", "// no longer watched");
  await project.write("convoy/other.ts", "// watched");
  const second = await events.change(at("convoy/other.ts"));
  expect(second).not.toContain(at("convoy/schema.ts"));
});

test("of folder/**/*.ts it tells of TypeScript files in folders that came later, none of packages or hidden ones", async () => {
  await using project = await tempProject("quickstart", { without: ["src"] });
  const at = (file: string): string => path.join(project.root, file).replaceAll(path.sep, "/");
  const events = listener();
  await using watcher = createFileWatcher(events);
  await watcher.watch([at("convoy"), at("src/**/*.ts")]);

  for (const file of ["node_modules/one/a.ts", ".hidden/a.ts", "style.css"]) {
    await project.write(`src/${file}`, "");
  }
  await project.write("src/pages/new/a.tsx", "");
  expect(new Set(await events.change(at("src/pages/new/a.tsx")))).toEqual(
    new Set([at("src/pages/new/a.tsx")]),
  );
  await project.remove("src");
  await events.change(at("src/pages/new/a.tsx"));
  await project.write("src/back.ts", "");
  expect(await events.change(at("src/back.ts"))).toContain(at("src/back.ts"));
});

test("a package beside the project that is removed and comes back is watched on", async () => {
  await using project = await tempProject("quickstart");
  const at = (file: string): string => path.join(project.root, file).replaceAll(path.sep, "/");
  const shared = "packages/shared/src/fields.ts";
  await project.write(shared, "");
  const events = listener();
  await using watcher = createFileWatcher(events);
  await watcher.watch([at("convoy")]);
  // Known only when the project has been read.
  await watcher.watch([at("convoy"), at(shared)]);

  await project.remove("packages/shared");
  expect(await events.change(at(shared))).toContain(at(shared));
  await project.write(shared, "// back");
  expect(await events.change(at(shared))).toContain(at(shared));
});
