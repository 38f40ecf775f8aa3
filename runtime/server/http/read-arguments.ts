import type { IncomingMessage } from "node:http";
import { ConvoyError } from "../../../protocol/errors.js";
import { JSON_TYPE } from "../../../protocol/http.js";
import { isOwnWireForm } from "../../../protocol/wire-text.js";
import { decodeWire } from "../../../protocol/wire-value.js";
import type { BodyReader } from "./read-body.js";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The arguments that a request brings, as values; `undefined` where it brings none.
 *
 * @throws {ConvoyError} where they are not JSON in UTF-8, or no object.
 * @throws {RequestAborted}
 */
export async function readArguments(
  request: IncomingMessage,
  reader: BodyReader,
): Promise<object | undefined> {
  const { headers } = request;
  checkEncoding(headers["content-encoding"]);
  const type = headers["content-type"];
  if (type !== undefined) checkType(type);
  const body = await reader.read(request);
  if (body.kind === "parsed") return argumentsOf(decodeWire(body.value));
  if (body.bytes.length === 0) return undefined;
  if (type === undefined) throw wrongType("none");
  const json = parse(decode(body.bytes));
  // Nobody else has what was parsed here, so what needs no decoding needs no copy.
  return argumentsOf(isOwnWireForm(json) ? json : decodeWire(json));
}

/** Both ways to get them bound their depth: nothing that comes later need fear for its stack. */
function argumentsOf(args: unknown): object {
  const prototype: unknown = typeof args === "object" && args && Object.getPrototypeOf(args);
  if (prototype === Object.prototype) return args as object;
  throw new ConvoyError(
    "invalid-arguments",
    'The body is not a JSON object. Send the arguments by their names: { "name": "value" }.',
    { status: 400 },
  );
}

function decode(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new ConvoyError("invalid-utf8", "The body is not valid UTF-8. Send it as UTF-8.", {
      status: 400,
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes what it has read.
    throw new ConvoyError(
      "invalid-json",
      "The body is not valid JSON. Send the arguments as JSON.",
      {
        status: 400,
      },
    );
  }
}

function checkType(header: string): void {
  const [type = "", ...parameters] = header.split(";").map((part) => part.trim().toLowerCase());
  if (type !== JSON_TYPE) throw wrongType(`"${type.slice(0, 100)}"`);
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))?.slice(8);
  if (charset === undefined || /^"?utf-?8"?$/.test(charset)) return;
  throw new ConvoyError(
    "unsupported-charset",
    `The body is said to be in ${charset.slice(0, 40)}. Send JSON in UTF-8, as JSON always is.`,
    { status: 415 },
  );
}

function checkEncoding(header: string | undefined): void {
  if (header === undefined || header.toLowerCase() === "identity") return;
  throw new ConvoyError(
    "unsupported-encoding",
    "The body is compressed. Send it as it is, without a content-encoding.",
    { status: 415 },
  );
}

function wrongType(given: string): ConvoyError {
  return new ConvoyError(
    "unsupported-media-type",
    `The content type of the body is ${given}. Send the arguments as ${JSON_TYPE}.`,
    { status: 415 },
  );
}
