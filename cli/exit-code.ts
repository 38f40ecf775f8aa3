/** What the shell gets; docs/cli.md promises these to scripts. */
export const exitCode = {
  ok: 0,
  /** The project has errors, or its generated code is out of date. */
  errors: 1,
  /** Convoy could not do its work: wrong usage, a missing folder, a full disk, a bug. */
  failure: 2,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
