import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { FunctionKind } from "../../protocol/function-reference.js";

/** `refused`: the caller's doing (4xx). `failed`: the server's (5xx). */
export type CallOutcome = "ok" | "refused" | "failed" | "aborted";

export interface EndedCall {
  readonly kind: FunctionKind;
  /** `null` for a function that is not there, or not for clients. */
  readonly name: string | null;
  readonly outcome: CallOutcome;
  readonly seconds: number;
}

export interface CallMetrics {
  called(call: EndedCall): void;
}

/** What `GET /metrics` shows, in the text form of Prometheus. */
export interface Metrics extends CallMetrics {
  readonly contentType: string;
  text(): Promise<string>;
}

export interface MetricsOptions {
  /** Calls that run now. */
  readonly running: () => number;
  /** Connections to the database, in use or not. */
  readonly connections: () => number;
  readonly live: () => LiveNumbers;
  /** Also those of the process, such as its memory and the lag of its event loop. */
  readonly process: boolean;
}

/** How much live queries have to do. */
export interface LiveNumbers {
  readonly sessions: number;
  readonly queries: number;
  readonly ticks: number;
  readonly runs: number;
}

/** From a get by id to a slow action. */
const durationBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** How often the lag of the event loop is looked at: more often would wake an idle server for it. */
const EVENT_LOOP_PRECISION_MS = 50;

export function createMetrics(options: MetricsOptions): Metrics {
  const { running, connections, live, process } = options;
  // Its own: what the application that Convoy is mounted in measures is its own affair.
  const registers = [new Registry()];
  const [register] = registers as [Registry];
  const calls = new Counter({
    name: "convoy_calls_total",
    help: "Calls of functions that have ended.",
    labelNames: ["kind", "function", "outcome"],
    registers,
  });
  const durations = new Histogram({
    name: "convoy_call_duration_seconds",
    help: "How long calls of functions took, from the headers of the request to the answer.",
    labelNames: ["kind", "function"],
    buckets: durationBuckets,
    registers,
  });
  gauge("convoy_calls_running", "Calls of functions that run now.", running);
  gauge("convoy_database_connections", "Connections to the database that are open.", connections);
  gauge("convoy_live_sessions", "Clients that are connected.", () => live().sessions);
  gauge("convoy_live_queries", "Queries that are watched.", () => live().queries);
  gauge("convoy_live_ticks", "Snapshots that live queries were taken to.", () => live().ticks);
  gauge("convoy_live_runs", "Runs of live queries.", () => live().runs);
  if (process) {
    collectDefaultMetrics({ register, eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION_MS });
  }
  return {
    contentType: register.contentType,
    called({ kind, name, outcome, seconds }) {
      // No function of a project has an empty name.
      const labels = { kind, function: name ?? "" };
      calls.inc({ ...labels, outcome });
      durations.observe(labels, seconds);
    },
    text: () => register.metrics(),
  };

  function gauge(name: string, help: string, read: () => number): void {
    const gauge = new Gauge({
      name,
      help,
      registers: [],
      collect() {
        this.set(read());
      },
    });
    register.registerMetric(gauge);
  }
}
