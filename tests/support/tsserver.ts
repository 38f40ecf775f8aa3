import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileOfVersion, type TypeScriptPackage } from "./typescript-versions.js";

interface Message {
  readonly type: string;
  readonly request_seq?: number;
  readonly success?: boolean;
  readonly message?: string;
  readonly body?: unknown;
}

/** A real tsserver process, spoken to as an editor speaks to it. */
export class TsServer implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #sequence = 0;

  /** @param args more arguments: what an editor passes for plugins, a log. */
  constructor(name: TypeScriptPackage = "typescript", args: readonly string[] = []) {
    const server = fileOfVersion(name, "lib/tsserver.js");
    // With the usual few megabytes for young objects, a fifth of the time is the collector's.
    const node = ["--max-semi-space-size=64", server];
    const all = [...node, "--disableAutomaticTypingAcquisition", ...args];
    this.#process = spawn(process.execPath, all, { stdio: ["pipe", "pipe", "inherit"] });
    if (this.#process.stdout) {
      createInterface(this.#process.stdout).on("line", (line) => this.#receive(line));
    }
    this.#process.once("exit", () => {
      for (const { reject } of this.#waiting.values()) reject(new Error("tsserver has ended"));
    });
  }

  /** Sends a request and waits for its answer's body. */
  async request<Body>(command: string, args: object): Promise<Body> {
    const sequence = this.#send(command, args);
    const waiting = withResolvers<unknown>();
    this.#waiting.set(sequence, waiting);
    return (await waiting.promise) as Body;
  }

  /** Opens a file, with the text that an editor's buffer holds. */
  open(file: string, fileContent: string): void {
    this.#send("open", { file, fileContent, scriptKindName: "TS" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#send("exit", {});
    await ended;
  }

  #send(command: string, args: object): number {
    const seq = ++this.#sequence;
    const message = { seq, type: "request", command, arguments: args };
    this.#process.stdin?.write(`${JSON.stringify(message)}\n`);
    return seq;
  }

  #receive(line: string): void {
    if (!line.startsWith("{")) return;
    const message = JSON.parse(line) as Message;
    if (message.type !== "response" || message.request_seq === undefined) return;
    const waiting = this.#waiting.get(message.request_seq);
    this.#waiting.delete(message.request_seq);
    if (message.success) waiting?.resolve(message.body);
    else waiting?.reject(new Error(message.message));
  }
}

interface PromiseWithResolvers<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: Error) => void;
}

/** `Promise.withResolvers`, which Node 20 lacks. */
function withResolvers<Value>(): PromiseWithResolvers<Value> {
  let settle: Pick<PromiseWithResolvers<Value>, "resolve" | "reject"> | undefined;
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject };
  });
  if (!settle) throw new Error("A promise runs its executor at once.");
  return { promise, ...settle };
}

/** The one-based line and offset of `marker` in `text`, as tsserver counts them. */
export function placeOf(text: string, marker: string): { line: number; offset: number } {
  const at = text.indexOf(marker);
  if (at < 0) throw new Error(`There is no "${marker}" in the text.`);
  const before = text.slice(0, at).split("\n");
  return { line: before.length, offset: (before.at(-1) ?? "").length + 1 };
}
