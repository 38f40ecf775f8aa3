import { WASI } from "node:wasi";

/** POSIX's `CLOCK_THREAD_CPUTIME_ID`. */
const threadCpuTime = 3;

/** `(module (memory (export "memory") 1))` */
const memoryModule = Buffer.from("AGFzbQEAAAAFAwEAAQcKAQZtZW1vcnkCAA==", "base64");

/** What is used of it: the types of browsers, which know all of it, are not those of a benchmark. */
interface WebAssembly {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
  ) => { readonly exports: { readonly memory: { readonly buffer: ArrayBuffer } } };
}

type ClockTimeGet = (clock: number, precision: bigint, pointer: number) => number;

/**
 * A clock of the milliseconds that the processors have spent on the calling thread. Neither other
 * programs nor V8's own threads count, which `process.cpuUsage()` includes; it knows no such clock
 * before Node 23.9, but the system interface of WebAssembly does.
 */
export function threadClock(): () => number {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssembly }).WebAssembly;
  const wasi = new WASI({ version: "preview1" });
  const instance = new Instance(new Module(memoryModule));
  wasi.initialize(instance);
  const view = new DataView(instance.exports.memory.buffer);
  const clockTimeGet = wasi.wasiImport["clock_time_get"] as ClockTimeGet;
  return () => {
    clockTimeGet(threadCpuTime, 1n, 0);
    return Number(view.getBigUint64(0, true)) / 1e6;
  };
}
