/** Runs what is ours, so that a bug of ours costs one answer and never the editor. */
export interface Guard {
  /** What `extend` makes of an answer, or the answer itself where that fails. */
  run<Answer>(feature: string, answer: Answer, extend: () => Answer): Answer;
  /** Writes a fault to the log that something else has kept from spreading. */
  report(feature: string, error: unknown): void;
}

/** A fault that comes back at each keystroke must not fill the editor's disk. */
const longestLog = 200;

const stackLines = 8;

/** A guard that writes faults to `log`, and nothing else. */
export function createGuard(log: (message: string) => void): Guard {
  let faults = 0;
  const guard: Guard = {
    run(feature, answer, extend) {
      try {
        return extend();
      } catch (error) {
        guard.report(feature, error);
        return answer;
      }
    },
    report(feature, error) {
      faults++;
      // The log may be what is broken.
      try {
        if (faults <= longestLog) log(`convoy: ${feature} failed. ${describe(error)}`);
      } catch {
        // There is nowhere left to say it.
      }
    },
  };
  return guard;
}

function describe(error: unknown): string {
  const stack = error instanceof Error && error.stack !== undefined ? error.stack : String(error);
  return stack.split("\n").slice(0, stackLines).join("\n");
}
