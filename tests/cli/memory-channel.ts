import picocolors from "picocolors";
import type { Channel } from "../../cli/channel.js";
import type { Environment } from "../../cli/environment.js";

export interface MemoryChannel extends Channel {
  readonly text: string;
}

/** A channel that keeps what is written to it, without colours. */
export function memoryChannel(
  options: Partial<Pick<Channel, "pretty" | "columns">> = {},
): MemoryChannel {
  let text = "";
  return {
    colors: picocolors.createColors(false),
    pretty: false,
    columns: 80,
    ...options,
    write(more) {
      text += more;
    },
    get text() {
      return text;
    },
  };
}

export function memoryEnvironment(options: {
  readonly cwd: string;
  readonly debug?: boolean;
}): Environment & { readonly out: MemoryChannel; readonly err: MemoryChannel } {
  return {
    version: "0.0.0",
    debug: false,
    out: memoryChannel(),
    err: memoryChannel(),
    env: {},
    untilStopped: () => new AbortController().signal,
    ...options,
  };
}
