import type { IncomingMessage } from "node:http";
import { ConvoyError } from "../../../protocol/errors.js";

/** A body as it came, or what another part of the application has parsed of it. */
export type Body =
  | { readonly kind: "bytes"; readonly bytes: Buffer }
  | { readonly kind: "parsed"; readonly value: unknown };

/** The client went away before its request was complete: there is nobody to answer. */
export class RequestAborted extends Error {
  override readonly name: string = "RequestAborted";
}

/** Reads bodies up to a size, and all that arrive at the same time up to a sum. */
export class BodyReader {
  readonly #maxBytes: number;
  readonly #maxArriving: number;
  #arriving = 0;

  constructor(maxBytes: number, maxArriving: number) {
    this.#maxBytes = maxBytes;
    this.#maxArriving = maxArriving;
  }

  /**
   * @param maxBytes where it is not that of calls.
   * @throws {ConvoyError} `body-too-large`, `server-busy`.
   * @throws {RequestAborted}
   */
  async read(
    request: IncomingMessage & { readonly body?: unknown },
    maxBytes: number = this.#maxBytes,
  ): Promise<Body> {
    if (request.readableEnded) return readBefore(request);
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) {
      throw this.#refuse(request, tooLarge(maxBytes));
    }
    return { kind: "bytes", bytes: await this.#collect(request, maxBytes) };
  }

  async #collect(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
    let bytes: Buffer = nothing;
    let length = 0;
    try {
      return await new Promise<Buffer>((resolve, reject) => {
        request.on("data", (chunk: Buffer) => {
          bytes = append(bytes, length, chunk);
          length += chunk.length;
          this.#arriving += chunk.length;
          if (length > maxBytes) reject(this.#refuse(request, tooLarge(maxBytes)));
          else if (this.#arriving > this.#maxArriving) reject(this.#refuse(request, tooMany()));
        });
        request.once("end", () => resolve(bytes.subarray(0, length)));
        const abort = (): void => {
          // It closes after its end as well, and making an error takes time.
          if (!request.readableEnded) reject(new RequestAborted());
        };
        request.once("error", abort);
        request.once("close", abort);
      });
    } finally {
      this.#arriving -= length;
    }
  }

  /**
   * The rest is read and dropped: a client that is still sending would see its connection reset, and
   * never the answer. How long that may take is limited as it is for every request.
   */
  #refuse(request: IncomingMessage, error: ConvoyError): ConvoyError {
    request.removeAllListeners("data");
    request.resume();
    return error;
  }
}

const nothing: Buffer = Buffer.alloc(0);

/** In one buffer that doubles: a body of many chunks of one byte takes no more room than another. */
function append(bytes: Buffer, length: number, chunk: Buffer): Buffer {
  if (length === 0) return chunk;
  const needed = length + chunk.length;
  let target = bytes;
  if (needed > bytes.length) {
    target = Buffer.allocUnsafe(Math.max(needed, 2 * bytes.length));
    bytes.copy(target, 0, 0, length);
  }
  chunk.copy(target, length);
  return target;
}

/** What `express.json()`, or the like, of the application has made of it. */
function readBefore({ headers, body }: IncomingMessage & { readonly body?: unknown }): Body {
  if (Buffer.isBuffer(body)) return { kind: "bytes", bytes: body };
  if (body !== undefined) return { kind: "parsed", value: body };
  const hadBody = headers["transfer-encoding"] !== undefined || headers["content-length"] !== "0";
  if (!hadBody || headers["content-length"] === undefined) return { kind: "bytes", bytes: nothing };
  throw new ConvoyError(
    "body-read-before",
    "Another part of the application has read the body and kept nothing of it. Mount Convoy before it.",
  );
}

function tooLarge(maxBytes: number): ConvoyError {
  return new ConvoyError(
    "body-too-large",
    `The arguments are larger than ${maxBytes} bytes, which is all that one call may bring. Send less at a time.`,
    { status: 413 },
  );
}

function tooMany(): ConvoyError {
  return new ConvoyError(
    "server-busy",
    "The server is receiving as much as it may at the same time. Try again in a moment.",
    { status: 503, retryable: true },
  );
}
