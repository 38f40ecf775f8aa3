/**
 * A snapshot of the database: which transactions it has seen the end of. What another one wrote is
 * not in results that were computed at it.
 */
export interface Fence {
  /** All transactions below it have ended. */
  readonly xmin: bigint;
  /** None from it on has ended. */
  readonly xmax: bigint;
  /** Of those between, the ones that had not ended. */
  readonly xip: readonly bigint[];
  /** Names the life of the database between two crashes; `null` right after one. */
  readonly boot: string | null;
}

/** @param snapshot a `pg_snapshot` as Postgres writes it: `10:20:10,14,15`. */
export function parseFence(snapshot: string, boot: string | null): Fence {
  const [xmin = "", xmax = "", xip = ""] = snapshot.split(":");
  return {
    xmin: BigInt(xmin),
    xmax: BigInt(xmax),
    xip: xip === "" ? [] : xip.split(",").map(BigInt),
    boot,
  };
}
