import type { Channel } from "./channel.js";

/** What a command knows of the world it runs in. */
export interface Environment {
  readonly version: string;
  /** The folder that paths are relative to, given and printed. */
  readonly cwd: string;
  /** The variables of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Channel;
  readonly err: Channel;
  /** Show the stack of a failure. */
  readonly debug: boolean;
  /**
   * Makes Ctrl-C and a termination abort the signal that it gives, instead of ending the process: for
   * commands that run on.
   */
  untilStopped(): AbortSignal;
}
