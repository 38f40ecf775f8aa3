/** A process that uses a server until its input ends, or it is killed. Started by `spawn-owner.ts`. */
import { once } from "node:events";
import {
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from "../../../runtime/postgres/embedded/start.js";

const options = JSON.parse(process.argv[2]!) as EmbeddedPostgresOptions;
try {
  const { url, pid, adopted, ...server } = await startEmbeddedPostgres(options);
  process.stdout.write(`${JSON.stringify({ url, pid, adopted })}\n`);
  await once(process.stdin.resume(), "end");
  await server[Symbol.asyncDispose]();
} catch (error) {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  process.stdout.write(`${JSON.stringify({ code: code ?? null, message })}\n`);
}
