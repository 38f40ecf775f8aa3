import type { Analysis, Session } from "../../compiler/session.js";
import { type Clock, systemClock } from "../clock.js";
import { watchFailure } from "../failure.js";
import { type GeneratedFiles, generatedFilesOf } from "../generated-files.js";
import { ChangeQueue } from "./change-queue.js";
import { type CreateFileWatcher, createFileWatcher } from "./file-watcher.js";

/** What happened while a project was watched. Paths are absolute. */
export type WatchEvent =
  | {
      readonly kind: "analysed";
      readonly analysis: Analysis;
      /** What was written; `null` where errors kept the code from being made. */
      readonly written: readonly string[] | null;
      readonly milliseconds: number;
    }
  /** Generated code that someone else removed or changed was written again. */
  | { readonly kind: "healed"; readonly written: readonly string[] }
  /** Another program keeps changing generated code. It is left alone until the next edit. */
  | { readonly kind: "contended"; readonly drifted: readonly string[] }
  /** This change could not be dealt with; watching goes on. */
  | { readonly kind: "failed"; readonly error: unknown };

export interface WatchOptions {
  readonly session: Session;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  readonly generated?: GeneratedFiles;
  readonly watcher?: CreateFileWatcher;
  readonly clock?: Clock;
  /** Called before each analysis, which lets nothing else run until it has ended. */
  readonly onAnalyse?: () => void;
}

/**
 * A change is dealt with when this long nothing else has changed. Longer than the 50 ms within which
 * chokidar tells of one change to a file only: by then the second one is on disk.
 */
const QUIET_MS = 60;
/** Changes that never pause (a long checkout) are dealt with after this time. */
const LONGEST_WAIT_MS = 1000;
/** Generated code that drifts more often than this, each time within the window, is contended. */
const MOST_HEALS = 5;
const HEAL_WINDOW_MS = 2000;

const relevant = /\.(?:[cm]?[jt]sx?|json)$/;

/**
 * Keeps a project's generated code up to date: analyses at once, then after every change, one
 * analysis at a time. Our own writes need no bookkeeping: a change in `_generated` is compared with
 * the text that belongs there, and only a difference makes us write.
 */
export async function* watchProject(options: WatchOptions): AsyncGenerator<WatchEvent, void, void> {
  const { session, signal } = options;
  const { clock = systemClock, watcher: createWatcher = createFileWatcher } = options;
  const { generated = generatedFilesOf(session) } = options;
  const generatedFolder = `${session.project.generatedDir}/`;

  using changes = new ChangeQueue(signal);
  await using watcher = createWatcher({
    onChange: (file) => {
      if (relevant.test(file)) changes.add(file);
    },
    onError: (error) => changes.fail(error),
  });
  let watched = "";
  const watchSources = async (): Promise<void> => {
    const paths = [...session.watchedPaths(), session.project.generatedDir];
    const key = paths.toSorted().join("\0");
    if (key === watched) return;
    watched = "";
    await watcher.watch(paths);
    watched = key;
    // Of a file that is watched from now on, an edit since it was read was told to nobody.
    for (const file of session.changedOnDisk()) changes.add(file);
  };

  /** What belongs on disk: the last code that could be made. */
  let expected: ReadonlyMap<string, string> | null = null;
  let heals = 0;
  let lastHeal = Number.NEGATIVE_INFINITY;

  // Before the first analysis: an edit during it is then seen, and analysed next.
  await watchSources();
  yield* analyse();
  for (;;) {
    await changes.wait();
    await settle();
    if (signal.aborted) return;
    const failure = changes.takeError();
    if (failure !== null) yield { kind: "failed", error: watchFailure(failure.error) };
    const files = changes.takeFiles();
    const sources = files.filter((file) => !file.startsWith(generatedFolder));
    if (sources.length > 0) yield* analyse(sources);
    if (files.length > sources.length) yield* heal();
  }

  async function settle(): Promise<void> {
    const latest = clock.now() + LONGEST_WAIT_MS;
    for (let seen = -1; seen !== changes.changes && clock.now() < latest; ) {
      seen = changes.changes;
      await clock.sleep(QUIET_MS, signal);
      if (signal.aborted) return;
    }
  }

  async function* analyse(sources: readonly string[] = []): AsyncGenerator<WatchEvent, void, void> {
    const started = clock.now();
    let event: WatchEvent;
    heals = 0;
    options.onAnalyse?.();
    try {
      session.invalidate(sources);
      const analysis = session.analyse();
      const { files } = analysis;
      expected = files ?? expected;
      const written = files === null ? null : generated.write(files);
      event = { kind: "analysed", analysis, written, milliseconds: clock.now() - started };
    } catch (error) {
      event = { kind: "failed", error };
    }
    yield event;
    try {
      // What matters may have changed with it: another tsconfig is extended.
      await watchSources();
    } catch (error) {
      yield { kind: "failed", error };
    }
  }

  function* heal(): Generator<WatchEvent, void, void> {
    if (expected === null || heals > MOST_HEALS) return;
    try {
      const drifted = generated.check(expected);
      if (drifted.length === 0) return;
      const now = clock.now();
      heals = now - lastHeal < HEAL_WINDOW_MS ? heals + 1 : 1;
      lastHeal = now;
      if (heals > MOST_HEALS) yield { kind: "contended", drifted };
      else yield { kind: "healed", written: generated.write(expected) };
    } catch (error) {
      yield { kind: "failed", error };
    }
  }
}
