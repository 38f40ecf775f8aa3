import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

/** A process that does what it is asked, one thing after the other. */
export interface Child<Command, Answer> extends AsyncDisposable {
  ask(command: Command): Promise<Answer>;
}

type Reply<Answer> = { readonly answer: Answer } | { readonly error: string };

/** @param script in this folder; it calls `answerAll`. */
export async function startChild<Command extends object, Answer>(
  script: string,
  environment: Readonly<Record<string, string>>,
): Promise<Child<Command, Answer>> {
  const child = fork(path.join(import.meta.dirname, script), {
    env: { ...process.env, ...environment, NODE_ENV: "production" },
    execArgv: [...process.execArgv, "--expose-gc"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await replyOf<null>(child, script);
  let last: Promise<unknown> = Promise.resolve();
  return {
    ask(command) {
      const answer = last.then(() => {
        child.send(command);
        return replyOf<Answer>(child, script);
      });
      last = answer.catch(() => {});
      return answer;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, "close");
    },
  };
}

async function replyOf<Answer>(child: ChildProcess, script: string): Promise<Answer> {
  const over = new AbortController();
  const ended = once(child, "exit", { signal: over.signal }).then(() => {
    throw new Error(`${script} ended.`);
  });
  ended.catch(() => {});
  const [reply] = (await Promise.race([
    once(child, "message", { signal: over.signal }),
    ended,
  ])) as [Reply<Answer>];
  over.abort();
  if ("error" in reply) throw new Error(`${script}: ${reply.error}`);
  return reply.answer;
}

/** In the process itself: says that it is ready, and answers from then on. */
export function answerAll<Command, Answer>(answer: (command: Command) => Promise<Answer>): void {
  const reply = (message: Reply<Answer | null>): void => void process.send?.(message);
  process.on("message", (command: Command) => {
    answer(command).then(
      (value) => reply({ answer: value }),
      (error: unknown) => reply({ error: String(error) }),
    );
  });
  process.on("disconnect", () => process.exit());
  reply({ answer: null });
}

/** Milliseconds on a clock that all processes of a machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
