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
  /**
   * Names the time in which the log has kept what this server needs: from a crash of the database to
   * the next, and as long as the lease was not lost. `null` outside of such a time.
   */
  readonly life: string | null;
}

/** @param snapshot a `pg_snapshot` as Postgres writes it: `10:20:10,14,15`. */
export function parseFence(snapshot: string, life: string | null): Fence {
  const [xmin = "", xmax = "", xip = ""] = snapshot.split(":");
  return {
    xmin: BigInt(xmin),
    xmax: BigInt(xmax),
    xip: xip === "" ? [] : xip.split(",").map(BigInt),
    life,
  };
}
