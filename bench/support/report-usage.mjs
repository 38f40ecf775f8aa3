// Loaded into a measured process with --import: on its way out it says what it used.
import { writeFileSync } from "node:fs";

process.on("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage = { maxRssKiB: maxRSS, cpuMs: (userCPUTime + systemCPUTime) / 1000 };
  writeFileSync(process.env["CONVOY_BENCH_USAGE"], JSON.stringify(usage));
});
