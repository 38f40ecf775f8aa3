import { ConvoyProjectError } from "../compiler/project/project-error.js";
import { ConvoyError } from "../protocol/errors.js";
import { printable } from "./printable.js";
import type { Environment } from "./environment.js";

/** Why a command could not do its work, and what to do: one paragraph. */
class CommandFailure extends Error {
  override readonly name: string = "CommandFailure";
  /** Stable: `CV0011`. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const failureCode = { bug: "CV0000", read: "CV0010", write: "CV0011", watch: "CV0012" } as const;

/** What went wrong, for people and for `--json`. */
export interface FailureReport {
  readonly code: string;
  readonly message: string;
}

/** Names the failure behind anything that was thrown. What is not foreseen is a bug of ours. */
export function describeFailure(error: unknown): FailureReport {
  if (
    error instanceof CommandFailure ||
    error instanceof ConvoyProjectError ||
    error instanceof ConvoyError
  ) {
    return { code: error.code, message: error.message };
  }
  if (isSystemError(error)) {
    return { code: failureCode.read, message: `Cannot read ${subject(error)}: ${advice(error)}` };
  }
  const what =
    error instanceof Error ? `${error.name}: ${firstLine(error.message)}` : String(error);
  return {
    code: failureCode.bug,
    message: `Convoy itself failed (${what}). This is a bug in Convoy. To report it, run the command again with CONVOY_DEBUG=1 and send the output, with what \`convoy --version\` prints.`,
  };
}

/** Prints a failure as one paragraph; its stack, and those of its causes, only for debugging. */
export function printFailure(error: unknown, { err, debug }: Environment): void {
  const { code, message } = describeFailure(error);
  err.write(`${err.colors.red("error")} ${err.colors.gray(`${code}:`)} ${printable(message)}\n`);
  if (!debug) return;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    err.write(`\n${cause.stack ?? cause.message}\n`);
  }
}

/** A failure to write generated code. Other errors are returned as they are. */
export function writeFailure(error: unknown, generatedDir: string): unknown {
  if (!isSystemError(error)) return error;
  const target = (error as { readonly dest?: string }).dest ?? error.path ?? generatedDir;
  const message = `Cannot write ${target}: ${advice(error)}`;
  return new CommandFailure(failureCode.write, message, { cause: error });
}

/** A failure to be told of changes. */
export function watchFailure(error: unknown): unknown {
  if (!isSystemError(error)) return error;
  const reason =
    error.code === "ENOSPC"
      ? "the system's limit of watched files is reached. Raise it (sysctl fs.inotify.max_user_watches=524288), or set CHOKIDAR_USEPOLLING=1."
      : advice(error);
  const message = `Cannot watch ${error.path ?? "the project"}: ${reason}`;
  return new CommandFailure(failureCode.watch, message, { cause: error });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return (
    error instanceof Error &&
    "syscall" in error &&
    "code" in error &&
    typeof error.code === "string" &&
    /^E[A-Z0-9]+$/.test(error.code)
  );
}

function subject(error: NodeJS.ErrnoException): string {
  return error.path ?? "a file of the project";
}

/** Why, and what to do about it. */
function advice(error: NodeJS.ErrnoException & { readonly code: string }): string {
  switch (error.code) {
    case "EACCES":
    case "EPERM":
      return "permission denied. Give your user access to it, or run as the user who owns it.";
    case "EROFS":
      return "the file system is read-only. Run the command where the project can be written.";
    case "ENOSPC":
    case "EDQUOT":
      return "the disk is full. Make room and run the command again.";
    case "ENOTDIR":
    case "EEXIST":
      return "a file is where a folder should be. Move it away and run the command again.";
    case "EISDIR":
      return "a folder is where a file should be. Move it away and run the command again.";
    case "ENOENT":
      return "it does not exist, or went away meanwhile. Run the command again.";
    case "EMFILE":
    case "ENFILE":
      return "too many files are open. Raise the limit (ulimit -n) and run the command again.";
    case "EBUSY":
      return "another program uses it. Close that and run the command again.";
    case "ELOOP":
      return "its symbolic links lead in a circle. Correct the links.";
    default:
      return `the system answered ${error.code}. Correct that and run the command again.`;
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
