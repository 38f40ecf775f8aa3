/** Who asks a server to stop. */
export interface StopRequests {
  /** Resolves with what asked for it, and the exit code that is due. */
  readonly first: Promise<{ readonly by: string; readonly exitCode: number }>;
  /** Stops the server as a signal does. */
  ask(by: string, exitCode: number): void;
}

/** What the process numbers of signals are added to, for the exit code of who was ended by one. */
const SIGNAL_EXIT = 128;

/** SIGBREAK is Ctrl-Break on Windows, where nobody can send SIGTERM; SIGHUP a terminal that closes. */
const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1, SIGBREAK: 21 } as const;

/** Listens to all that may ask. Whoever asks twice does not want to wait: the process ends at once. */
export function listenForStop(): StopRequests {
  let resolve: (request: { by: string; exitCode: number }) => void;
  let asked = false;
  const first = new Promise<{ by: string; exitCode: number }>((resolveFirst) => {
    resolve = resolveFirst;
  });
  const ask = (by: string, exitCode: number): void => {
    asked = true;
    resolve({ by, exitCode });
  };
  for (const [signal, number] of Object.entries(signals)) {
    process.on(signal as NodeJS.Signals, () => {
      if (asked) process.exit(SIGNAL_EXIT + number);
      ask(signal, 0);
    });
  }
  // How process managers ask where there are no signals: pm2 with `shutdown_with_message`.
  process.on("message", (message) => {
    if (message === "shutdown") ask("message", 0);
  });
  return { first, ask };
}
