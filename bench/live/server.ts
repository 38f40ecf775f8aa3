import { type Child, startChild } from "./child.js";

export interface ServerCommand {
  /** Whether garbage is collected before anything is counted. */
  readonly collect: boolean;
}

export interface ServerAnswer {
  readonly url: string;
  /** When it learned that the last mutation had committed. */
  readonly committedAt: number;
  /** Milliseconds of processor, of all threads. */
  readonly cpuMs: number;
  /** Bytes of the heap, and of what the heap keeps elsewhere. */
  readonly held: number;
  readonly rss: number;
  readonly runs: number;
  readonly ticks: number;
}

/** Convoy's server in a process of its own. */
export interface LiveServer extends AsyncDisposable {
  readonly url: string;
  usage(collect?: boolean): Promise<ServerAnswer>;
}

/** @param script Convoy's, or that of what it is compared with. */
export async function startLiveServer(
  databaseUrl: string,
  script: string = "server-process.ts",
  environment: Readonly<Record<string, string>> = {},
): Promise<LiveServer> {
  const child: Child<ServerCommand, ServerAnswer> = await startChild(script, {
    DATABASE_URL: databaseUrl,
    ...environment,
  });
  const usage = (collect = false): Promise<ServerAnswer> => child.ask({ collect });
  return {
    url: (await usage()).url,
    usage,
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
