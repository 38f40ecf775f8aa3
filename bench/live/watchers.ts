import { type Child, startChild } from "./child.js";
import type { DialectName } from "./dialect.js";

/** What somebody watches: a query of the server's, and its arguments. */
export interface Watched {
  readonly name: string;
  readonly args: Readonly<Record<string, string>>;
}

/** Connections by the name of their group, in a process that does nothing else. */
export type WatchersCommand =
  | {
      readonly type: "open";
      readonly group: string;
      readonly url: string;
      readonly dialect: DialectName;
      /** What each connection watches. */
      readonly connections: readonly (readonly Watched[])[];
    }
  /** Waits until so many connections were sent a text with the mark. */
  | { readonly type: "hear"; readonly mark: string; readonly count: number }
  /** All drop at once, and come back with the hashes of what they have. */
  | { readonly type: "reconnect"; readonly group: string }
  | { readonly type: "close"; readonly group: string };

export interface WatchersAnswer {
  /** Until all was there. */
  readonly ms: number;
  /** Of the messages that came until then. */
  readonly bytes: number;
  /** When each connection heard of the mark, in order. */
  readonly times: readonly number[];
}

export interface Watchers extends AsyncDisposable {
  open(
    group: string,
    url: string,
    connections: readonly (readonly Watched[])[],
    dialect?: DialectName,
  ): Promise<WatchersAnswer>;
  hear(mark: string, count?: number): Promise<readonly number[]>;
  reconnect(group: string): Promise<WatchersAnswer>;
  close(group: string): Promise<void>;
}

export async function startWatchers(): Promise<Watchers> {
  const child: Child<WatchersCommand, WatchersAnswer> = await startChild("watchers-process.ts", {});
  return {
    open: (group, url, connections, dialect = "convoy") =>
      child.ask({ type: "open", group, url, dialect, connections }),
    hear: async (mark, count = 1) => (await child.ask({ type: "hear", mark, count })).times,
    reconnect: (group) => child.ask({ type: "reconnect", group }),
    async close(group) {
      await child.ask({ type: "close", group });
    },
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

/** The newest projects of each of these users, watched by so many connections in equal parts. */
export function spread(userIds: readonly string[], connections: number): Watched[][] {
  const all: Watched[][] = Array.from({ length: connections }, () => []);
  for (const [at, userId] of userIds.entries()) {
    all[at % connections]?.push({ name: "projects.latest", args: { userId } });
  }
  return all;
}
