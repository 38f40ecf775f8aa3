/**
 * A program of its own: starts the server, and stops it when the last process that uses it has
 * gone. Each owner keeps a connection to the keeper, which the system closes whatever way the owner
 * ends, kill -9 included.
 */
import { randomBytes } from "node:crypto";
import { appendFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { serverFolder } from "./folder.js";
import {
  type KeeperConfig,
  type KeeperMessage,
  type KeeperRecord,
  type OwnerMessage,
  readMessages,
  type StartReport,
} from "./keeper-protocol.js";
import { host } from "./port.js";
import {
  adoptPostmaster,
  type Postmaster,
  spawnPostmaster,
  stopPostmaster,
  untilReady,
} from "./postmaster.js";
import { logSize, readLog, rotateLog } from "./server-log.js";

const LOG_CHECK_MS = 10_000;
/** Who connects without the token is shown the door after this. */
const TOKEN_TIMEOUT_MS = 5000;

const config = JSON.parse(process.argv[2] ?? "{}") as KeeperConfig;
const folder = serverFolder(config.folder);
const token = randomBytes(24).toString("base64url");

let state: "starting" | "ready" | "stopping" = "starting";
let postmaster: Postmaster | null = null;
let recorded = false;
/** The process that starts us is one, through our standard input, until it has connected. */
const owners = new Set<object>([process.stdin]);
/** Those that wait to hear that the server is ready. */
const joining = new Set<net.Socket>();

// A closed terminal, or Ctrl-C in it, is the owners' affair: they end, or they do not.
process.on("SIGHUP", () => {});
process.on("SIGINT", () => {});
process.on("SIGTERM", () => void stop());
process.on("uncaughtException", (error) => {
  appendFileSync(folder.log, `The keeper of this server failed. ${error.stack}\n`);
  void stop();
});
process.stdin.on("error", () => {}).on("close", () => leave(process.stdin));
process.stdin.resume();
process.stdout.on("error", () => {});

const listener = net.createServer(receive);
listener.listen({ port: 0, host }, () => void start());

async function start(): Promise<void> {
  rotateLog(folder.log);
  const logStart = logSize(folder.log);
  try {
    postmaster =
      config.adopt === null
        ? await spawnPostmaster(folder, config)
        : adoptPostmaster(folder, config.adopt);
    if (state === "stopping") await stopPostmaster(folder, postmaster, config);
    if (!(await untilReady(folder, postmaster, writeRecord))) {
      return await fail(readLog(folder.log, logStart));
    }
    void postmaster.ended.then(end);
    becomeReady();
  } catch (error) {
    await fail(String(error));
  }
}

function becomeReady(): void {
  if (state !== "starting") return;
  state = "ready";
  report({ kind: "ready" });
  for (const socket of joining) welcome(socket);
  joining.clear();
  setInterval(() => rotateLog(folder.log), LOG_CHECK_MS).unref();
}

async function fail(log: string): Promise<void> {
  await new Promise<void>((resolve) => {
    report({ kind: "failed", log }, resolve);
  });
  end();
}

function report(message: StartReport, written?: () => void): void {
  process.stdout.write(`${JSON.stringify(message)}\n`, () => written?.());
}

function receive(socket: net.Socket): void {
  const stranger = setTimeout(() => socket.destroy(), TOKEN_TIMEOUT_MS);
  socket.on("error", () => {});
  socket.on("close", () => {
    clearTimeout(stranger);
    joining.delete(socket);
    leave(socket);
  });
  readMessages<OwnerMessage>(socket, (message) => {
    if ("token" in message && message.token === token) {
      clearTimeout(stranger);
      send(socket, { kind: "hello" });
      if (state === "stopping") return send(socket, { kind: "stopping" });
      owners.add(socket);
      if (message.starter) owners.delete(process.stdin);
      if (state === "ready") welcome(socket);
      else joining.add(socket);
    } else if ("release" in message && owners.has(socket)) {
      // Of two that leave at once, the last one waits for the end of the server.
      if (owners.size > 1) send(socket, { kind: "released" });
      leave(socket);
    } else {
      socket.destroy();
    }
  });
}

function welcome(socket: net.Socket): void {
  send(socket, { kind: "ready", pid: postmaster!.pid, port: config.port });
}

function send(socket: net.Socket, message: KeeperMessage): void {
  socket.write(`${JSON.stringify(message)}\n`);
}

function leave(owner: object): void {
  if (owners.delete(owner) && owners.size === 0) void stop();
}

/** Who connects meanwhile waits for the end of the connection, which is that of the server. */
async function stop(): Promise<void> {
  if (state === "stopping") return;
  state = "stopping";
  for (const socket of joining) send(socket, { kind: "stopping" });
  // Otherwise it is being spawned, and start() looks at the state afterwards.
  if (postmaster !== null) await stopPostmaster(folder, postmaster, config);
}

function end(): void {
  if (recorded) rmSync(folder.keeper, { force: true });
  process.exit();
}

/** Called when Postgres has locked the folder for us: until then it may be another keeper's. */
function writeRecord(postmasterPid: number): void {
  recorded = true;
  const { port } = listener.address() as net.AddressInfo;
  const record: KeeperRecord = { keeperPid: process.pid, keeperPort: port, token, postmasterPid };
  const unfinished = `${folder.keeper}.${process.pid}`;
  writeFileSync(unfinished, JSON.stringify(record), { mode: 0o600 });
  renameSync(unfinished, folder.keeper);
}
