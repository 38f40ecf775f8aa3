/** A message of Postgres's protocol, with its type and its length in front. */
export interface Frame {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Cuts what arrives into messages; the first of a client has no type. */
export class Frames {
  #rest = Buffer.alloc(0);
  #hasStartup: boolean;

  constructor(from: "client" | "server") {
    this.#hasStartup = from === "client";
  }

  take(data: Buffer): readonly Frame[] {
    this.#rest = Buffer.concat([this.#rest, data]);
    const frames: Frame[] = [];
    for (;;) {
      const lengthAt = this.#hasStartup ? 0 : 1;
      if (this.#rest.length < lengthAt + 4) return frames;
      const length = lengthAt + this.#rest.readInt32BE(lengthAt);
      if (this.#rest.length < length) return frames;
      const bytes = Buffer.from(this.#rest.subarray(0, length));
      const type = this.#hasStartup ? "startup" : String.fromCharCode(bytes[0] ?? 0);
      frames.push({ type, bytes });
      this.#rest = this.#rest.subarray(length);
      this.#hasStartup = false;
    }
  }
}

export function frame(type: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** The strings at the beginning of a message's body, and what is behind them. */
export function stringsOf(
  { bytes }: Frame,
  start: number,
  count: number,
): { readonly strings: readonly string[]; readonly rest: Buffer } {
  const strings: string[] = [];
  let at = start;
  while (strings.length < count) {
    const end = bytes.indexOf(0, at);
    strings.push(bytes.toString("utf8", at, end));
    at = end + 1;
  }
  return { strings, rest: bytes.subarray(at) };
}
