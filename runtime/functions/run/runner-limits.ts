/** In a file of its own: the types of `convoy/server` name it, and the runner's would bring along all of ours. */
export interface RunnerLimits {
  /** How long a query or a mutation may take, retries not counted. */
  readonly transactionMs: number;
  readonly actionMs: number;
}

export const usualLimits: RunnerLimits = { transactionMs: 30_000, actionMs: 600_000 };
