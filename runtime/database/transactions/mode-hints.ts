import type { Pool } from "../../postgres/pool/pool.js";
import type { SessionMode } from "../session/transaction-session.js";

/** Functions that are remembered; the one not used for longest is forgotten. */
const maxHints = 10_000;

/** How calls of each function have run, so that the next one starts in the mode that will do. */
export class ModeHints {
  readonly #modes = new Map<string, SessionMode>();

  get(key: string | undefined): SessionMode | undefined {
    if (key === undefined) return undefined;
    const mode = this.#modes.get(key);
    if (mode !== undefined) {
      this.#modes.delete(key);
      this.#modes.set(key, mode);
    }
    return mode;
  }

  set(key: string | undefined, mode: SessionMode): void {
    if (key === undefined) return;
    this.#modes.delete(key);
    this.#modes.set(key, mode);
    if (this.#modes.size <= maxHints) return;
    const oldest = this.#modes.keys().next();
    if (oldest.done !== true) this.#modes.delete(oldest.value);
  }
}

const hints = new WeakMap<Pool, ModeHints>();

/** They live as long as the pool: its database is what they were learned from. */
export function hintsOf(pool: Pool): ModeHints {
  let found = hints.get(pool);
  if (found === undefined) {
    found = new ModeHints();
    hints.set(pool, found);
  }
  return found;
}
