import type { Random } from "../../../support/random.js";
import { eventually } from "./eventually.js";
import type { Participant } from "./participant.js";
import { expectAllWell, type SqlWriter } from "./world.js";

export interface UnderLoad {
  readonly databaseUrl: string;
  readonly participants: readonly Participant[];
  readonly sql: SqlWriter;
  readonly random: Random;
  /** What goes wrong, by its name. Each resolves when it is over, or as good as. */
  readonly faults: Readonly<Record<string, () => Promise<void>>>;
  /** Makes everything work again, at the end. */
  readonly mend?: () => Promise<void>;
}

/** Marks that somebody makes between two faults, at most; everybody makes one. */
const MARKS_BETWEEN = 4;

/**
 * Has everybody write and watch while each fault happens once, in the order of the seed, and looks at
 * what came of it.
 *
 * @returns the faults that there were.
 */
export async function underLoad(options: UnderLoad): Promise<readonly string[]> {
  const { databaseUrl, participants, sql, random, faults, mend } = options;
  const over = new AbortController();
  const happened: string[] = [];
  const working = [
    ...participants.map(async (participant) => {
      while (!over.signal.aborted) {
        if (participant.acknowledged % 3 === 0) await participant.addAndSee();
        else await participant.add();
      }
    }),
    (async () => {
      while (!over.signal.aborted) await sql.add();
    })(),
  ];
  const run = async (): Promise<void> => {
    const left = Object.keys(faults);
    while (left.length > 0) {
      const wanted = participants.map((participant) => ({
        participant,
        marks: participant.acknowledged + 1 + random.integer(MARKS_BETWEEN),
      }));
      await eventually("everybody makes marks", () =>
        wanted.every(({ participant, marks }) => participant.acknowledged >= marks),
      );
      const [fault] = left.splice(random.integer(left.length), 1) as [string];
      happened.push(fault);
      await faults[fault]?.();
    }
  };
  try {
    const done = Promise.all(working);
    await Promise.race([run(), done]);
    await mend?.();
    over.abort();
    await done;
    await expectAllWell(databaseUrl, participants);
    return happened;
  } catch (error) {
    over.abort();
    throw new Error(`After ${happened.join(", ")}: ${(error as Error).message}`, { cause: error });
  }
}
