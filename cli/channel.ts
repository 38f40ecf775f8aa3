import picocolors from "picocolors";

type Colors = ReturnType<typeof picocolors.createColors>;

/** Gives a text a colour, or leaves it as it is. */
export type Paint = Colors["red"];

/** Where a command's words go: standard output, or standard error. */
export interface Channel {
  readonly colors: Colors;
  /** A person is looking: excerpts of the source help, and one line a finding is not needed. */
  readonly pretty: boolean;
  /** How much fits into a line. */
  readonly columns: number;
  write(text: string): void;
}

/** As much of `process.stdout` as matters here. A pipe has no `isTTY` and no `columns`. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const USUAL_COLUMNS = 100;

/**
 * The channel of a stream. Colours need a terminal, unless `FORCE_COLOR` asks for them, and yield to
 * `NO_COLOR`. picocolors by itself would also colour what a CI service or a Windows pipe receives.
 */
export function createChannel(
  stream: OutputStream,
  env: Readonly<Record<string, string | undefined>>,
): Channel {
  const pretty = stream.isTTY ?? false;
  const terminal = pretty && env["TERM"] !== "dumb";
  const forced = isSet(env["FORCE_COLOR"]) && env["FORCE_COLOR"] !== "0";
  return {
    colors: picocolors.createColors(!isSet(env["NO_COLOR"]) && (terminal || forced)),
    pretty,
    columns: stream.columns || USUAL_COLUMNS,
    write(text) {
      stream.write(text);
    },
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}
