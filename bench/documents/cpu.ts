import { readFile } from "node:fs/promises";

/** Microseconds that this process has spent, garbage collection and system calls included. */
export function clientCpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Microseconds that each of these processes has spent; `null` where the system does not tell. */
export async function processesCpu(
  pids: readonly number[],
): Promise<ReadonlyMap<number, number> | null> {
  if (process.platform !== "linux") return null;
  const spent = new Map<number, number>();
  for (const pid of pids) {
    const cpu = await processCpu(pid);
    if (cpu !== null) spent.set(pid, cpu);
  }
  return spent;
}

/** What was spent from one reading to the next. A connection that was closed did nothing before. */
export function spentBetween(
  before: ReadonlyMap<number, number> | null,
  after: ReadonlyMap<number, number> | null,
): number | null {
  if (before === null || after === null) return null;
  let spent = 0;
  for (const [pid, cpu] of after) spent += cpu - (before.get(pid) ?? cpu);
  return spent;
}

/**
 * `schedstat` counts nanoseconds. `stat` counts ticks of ten milliseconds, in which most of what a
 * connection does is too short to be seen.
 */
async function processCpu(pid: number): Promise<number | null> {
  const schedstat = await readFile(`/proc/${pid}/schedstat`, "utf8").catch(() => null);
  if (schedstat !== null) return Number(schedstat.split(" ")[0]) / 1_000;
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (stat === null) return null;
  // Behind the name, which may hold spaces, `utime` and `stime` are the 12th and 13th.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
