/** A server that can be killed. Started by `spawn-server.ts`. */
import { type MarksServerOptions, startMarksServer } from "./marks-server.js";

const options = JSON.parse(process.argv[2] ?? "") as MarksServerOptions;
const { url } = await startMarksServer(options);
process.stdout.write(`${url}\n`);
// Whoever started it has gone.
process.stdin.resume().once("end", () => process.exit());
