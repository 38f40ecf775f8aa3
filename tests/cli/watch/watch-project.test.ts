import { expect, test } from "vitest";
import type { Clock } from "../../../cli/clock.js";
import type { GeneratedFiles } from "../../../cli/generated-files.js";
import type { FileWatcherListener } from "../../../cli/watch/file-watcher.js";
import { type WatchEvent, watchProject } from "../../../cli/watch/watch-project.js";
import type { ConvoyDiagnostic } from "../../../compiler/model/diagnostic.js";
import { projectLayout } from "../../../compiler/project/layout.js";
import type { Analysis, Session } from "../../../compiler/session.js";

const project = projectLayout("/app");
const api = "/app/convoy/_generated/api.ts";

/** A project whose files, disk, time and watcher are the test's. */
function scene(analyse: (run: number) => Analysis = () => generates("one")) {
  const disk = new Map<string, string>();
  const invalidated: Array<readonly string[]> = [];
  const watched: Array<readonly string[]> = [];
  const stop = new AbortController();
  let runs = 0;
  let time = 0;
  let listener: FileWatcherListener | null = null;
  let closed = false;
  /** What happens on disk while the watch waits for quiet: one entry a sleep. */
  const duringSleeps: Array<() => void> = [];
  /** The same for comparisons of the disk with generated code. */
  const duringChecks: Array<() => void> = [];
  let sleeps = 0;

  const session: Session = {
    project,
    analyse: () => analyse(++runs),
    invalidate: (files) => void invalidated.push(files),
    readText: () => undefined,
    watchedPaths: () => ["/app/convoy", "/app/tsconfig.json"],
    changedOnDisk: () => [],
  };
  const clock: Clock = {
    now: () => time,
    async sleep(milliseconds) {
      time += milliseconds;
      sleeps++;
      duringSleeps.shift()?.();
    },
  };
  const generated: GeneratedFiles = {
    check(files) {
      duringChecks.shift()?.();
      return [...files.keys()].filter((file) => disk.get(file) !== files.get(file));
    },
    write(files) {
      const written = this.check(files);
      for (const file of written) {
        disk.set(file, files.get(file)!);
        change(file);
      }
      return written;
    },
  };
  function change(...files: string[]): void {
    for (const file of files) listener?.onChange(file);
  }

  const events = watchProject({
    session,
    generated,
    clock,
    signal: stop.signal,
    watcher: (theListener) => {
      listener = theListener;
      return {
        watch: async (paths) => void watched.push(paths),
        [Symbol.asyncDispose]: async () => {
          closed = true;
        },
      };
    },
  });
  return {
    disk,
    invalidated,
    watched,
    duringSleeps,
    duringChecks,
    change,
    stop: () => stop.abort(),
    fail: (error: unknown) => listener?.onError(error),
    advance: (milliseconds: number) => {
      time += milliseconds;
    },
    get runs() {
      return runs;
    },
    get sleeps() {
      return sleeps;
    },
    get closed() {
      return closed;
    },
    async next(): Promise<WatchEvent> {
      const { value } = await events.next();
      if (value === undefined) throw new Error("The watch has ended.");
      return value;
    },
    async ended(): Promise<boolean> {
      return (await events.next()).done === true;
    },
  };
}

function generates(text: string): Analysis {
  return {
    facts: { schema: { exportName: "default", tables: [], types: {}, problems: [] }, modules: [] },
    files: new Map([[api, text]]),
    diagnostics: [],
    bugs: [],
  };
}

function error(code: string): ConvoyDiagnostic {
  const span = { file: "convoy/schema.ts", start: 0, length: 0 };
  return { code, rule: "rule", severity: "error", message: "Wrong.", span };
}

test("analyses and writes at once, and again after a change", async () => {
  const watch = scene((run) => generates(`run ${run}`));
  expect(await watch.next()).toMatchObject({ kind: "analysed", written: [api] });
  expect(watch.disk.get(api)).toBe("run 1");

  watch.change("/app/convoy/schema.ts");
  expect(await watch.next()).toMatchObject({ kind: "analysed", written: [api] });
  expect(watch.invalidated.at(-1)).toEqual(["/app/convoy/schema.ts"]);
  expect(watch.disk.get(api)).toBe("run 2");
});

test("watches before it first reads, so that an edit meanwhile is not lost", async () => {
  const watch = scene((run) => {
    if (run === 1) watch.change("/app/convoy/functions/late.ts");
    return generates("same");
  });
  await watch.next();
  expect(watch.watched[0]).toEqual(["/app/convoy", "/app/tsconfig.json", project.generatedDir]);
  await watch.next();
  expect(watch.invalidated).toEqual([[], ["/app/convoy/functions/late.ts"]]);
});

test("changes that come close together are one analysis", async () => {
  const watch = scene();
  await watch.next();
  watch.change("/app/convoy/schema.ts", "/app/convoy/schema.ts");
  watch.duringSleeps.push(
    () => watch.change("/app/convoy/functions/a.ts"),
    () => watch.change("/app/convoy/functions/b.ts"),
  );
  await watch.next();
  expect(watch.runs).toBe(2);
  expect(watch.invalidated.at(-1)).toEqual([
    "/app/convoy/schema.ts",
    "/app/convoy/functions/a.ts",
    "/app/convoy/functions/b.ts",
  ]);
});

test("changes that never pause do not put it off for ever", async () => {
  const watch = scene();
  await watch.next();
  watch.change("/app/convoy/schema.ts");
  const busy = Array.from({ length: 1000 }, () => () => watch.change("/app/convoy/schema.ts"));
  watch.duringSleeps.push(...busy);
  await watch.next();
  expect(watch.runs).toBe(2);
  expect(watch.sleeps).toBeLessThan(50);
});

test("its own writes lead to no other analysis, nor to another write", async () => {
  const watch = scene();
  await watch.next();
  // The comparison that its own write led to; only then comes an edit.
  watch.duringChecks.push(() => watch.change("/app/convoy/schema.ts"));
  expect(await watch.next()).toMatchObject({ kind: "analysed", written: [] });
  expect(watch.invalidated).toEqual([[], ["/app/convoy/schema.ts"]]);
});

test("generated code that is removed or edited is written again, without an analysis", async () => {
  const watch = scene();
  await watch.next();
  for (const harm of [() => watch.disk.delete(api), () => watch.disk.set(api, "edited")]) {
    watch.advance(10_000);
    harm();
    watch.change(api);
    expect(await watch.next()).toEqual({ kind: "healed", written: [api] });
    expect(watch.disk.get(api)).toBe("one");
  }
  expect(watch.runs).toBe(1);
});

test("against a program that keeps changing generated code it gives up until the next edit", async () => {
  const watch = scene();
  await watch.next();
  const kinds = [];
  for (let round = 0; round < 6; round++) {
    watch.disk.set(api, "formatted");
    watch.change(api);
    kinds.push((await watch.next()).kind);
  }
  expect(kinds).toEqual(["healed", "healed", "healed", "healed", "healed", "contended"]);

  // Left alone: the next event is the edit's.
  watch.change(api);
  watch.duringSleeps.push(() => watch.change("/app/convoy/schema.ts"));
  expect(await watch.next()).toMatchObject({ kind: "analysed", written: [api] });
});

test("errors in the schema leave the last good code in place, and it still heals", async () => {
  const analyses = [
    generates("good"),
    { ...generates("bad"), files: null, diagnostics: [error("CV1004")] },
    { facts: null, files: null, diagnostics: [error("TS1005")], bugs: [] },
  ];
  const watch = scene((run) => analyses[run - 1]!);
  await watch.next();
  for (let round = 0; round < 2; round++) {
    watch.change("/app/convoy/schema.ts");
    expect(await watch.next()).toMatchObject({ kind: "analysed", written: null });
  }
  watch.disk.clear();
  watch.change(api);
  expect(await watch.next()).toEqual({ kind: "healed", written: [api] });
  expect(watch.disk.get(api)).toBe("good");
});

test("an error in a function does not hold back the code", async () => {
  const watch = scene(() => ({ ...generates("one"), diagnostics: [error("CV2001")] }));
  expect(await watch.next()).toMatchObject({ kind: "analysed", written: [api] });
});

test("an exception is an event, and the next change is dealt with", async () => {
  const bug = new Error("unexpected");
  const watch = scene((run) => {
    if (run === 2) throw bug;
    return generates(`run ${run}`);
  });
  await watch.next();
  watch.change("/app/convoy/schema.ts");
  expect(await watch.next()).toEqual({ kind: "failed", error: bug });
  watch.change("/app/convoy/schema.ts");
  expect(await watch.next()).toMatchObject({ kind: "analysed", written: [api] });
  expect(watch.disk.get(api)).toBe("run 3");
});

test("a watcher that fails says so and how to mend it", async () => {
  const watch = scene();
  await watch.next();
  watch.fail(
    Object.assign(new Error("ENOSPC"), { code: "ENOSPC", syscall: "watch", path: "/app" }),
  );
  const message = expect.stringContaining("max_user_watches");
  expect(await watch.next()).toMatchObject({ kind: "failed", error: { code: "CV0012", message } });
});

test("temporary files of editors are nothing to it", async () => {
  const watch = scene();
  await watch.next();
  watch.change("/app/convoy/.schema.ts.swp", "/app/convoy/4913", "/app/convoy/schema.ts~");
  watch.change("/app/convoy/schema.ts");
  await watch.next();
  expect(watch.invalidated.at(-1)).toEqual(["/app/convoy/schema.ts"]);
});

test("the signal ends it, and the watcher is closed", async () => {
  const watch = scene();
  await watch.next();
  const ended = watch.ended();
  watch.stop();
  expect(await ended).toBe(true);
  expect(watch.closed).toBe(true);
});
