import type { WatchedQueryMessage } from "../../../../protocol/sync.js";
import type { Shown } from "../../support/sync-client.js";

/** What a participant sees of the marks. */
export interface Marks {
  /** Of all clients. */
  readonly count: number;
  readonly sum: number;
  /** The numbers of its own. */
  readonly own: readonly number[];
  readonly ownTotal: number;
}

const COUNT = 1;
const SUM = 2;
const OWN = 3;
const OWN_TOTAL = 4;

export function watchedBy(client: string): readonly WatchedQueryMessage[] {
  return [
    { id: COUNT, name: "marks.count", args: {} },
    { id: SUM, name: "totals.sum", args: {} },
    { id: OWN, name: "marks.of", args: { client } },
    { id: OWN_TOTAL, name: "totals.of", args: { client } },
  ];
}

export function marksOf(shown: ReadonlyMap<number, Shown>): Marks {
  const number = (id: number): number => shown.get(id)?.value as number;
  const own = (shown.get(OWN)?.value ?? []) as unknown as readonly { readonly n: number }[];
  return {
    count: number(COUNT),
    sum: number(SUM),
    own: own.map(({ n }) => n),
    ownTotal: number(OWN_TOTAL),
  };
}

/** What is wrong with what is shown; `null` for nothing. */
export function checkShown(
  shown: ReadonlyMap<number, Shown>,
  last: Marks | null,
  told: number,
): string | null {
  for (const { error } of shown.values()) {
    if (error !== undefined) return `is shown the error ${error}`;
  }
  const marks = marksOf(shown);
  const text = JSON.stringify(marks);
  if (marks.count !== marks.sum) return `is shown two snapshots: ${text}`;
  if (marks.own.length !== marks.ownTotal) return `is shown two snapshots: ${text}`;
  if (marks.own.some((n, at) => n !== at + 1)) return `has a mark lost or made twice: ${text}`;
  if (marks.own.length < told) return `was told that mark ${told} is shown: ${text}`;
  if (last !== null && (marks.count < last.count || marks.own.length < last.own.length))
    return `was shown ${JSON.stringify(last)}, and then ${text}`;
  return null;
}
