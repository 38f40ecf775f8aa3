import type { Benchmark } from "./benchmark.js";
import { liveLatency } from "./live/latency.js";
import { liveMemory } from "./live/memory.js";
import { livePeers } from "./live/peers.js";
import { liveShared } from "./live/shared.js";
import { liveSoak } from "./live/soak.js";
import { liveStorm } from "./live/storm.js";

/** Queries that are kept up to date for who watches them. */
export const live: readonly Benchmark[] = [
  liveLatency,
  liveMemory,
  liveShared,
  liveStorm,
  liveSoak,
  livePeers,
];
