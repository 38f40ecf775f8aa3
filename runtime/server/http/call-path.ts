import { ConvoyError } from "../../../protocol/errors.js";
import type { FunctionKind } from "../../../protocol/function-reference.js";

/** What a path calls. */
export interface CallTarget {
  readonly kind: FunctionKind;
  /** `admin/users.list`. */
  readonly name: string;
}

const callPath = /^\/api\/(query|mutation|action)\/([^?]+)/;

/**
 * The function that a URL calls; `null` where it calls none. Read by hand, since every call comes
 * through here: Express would try one route after another.
 *
 * @throws {ConvoyError} `malformed-url`.
 */
export function callTarget(url: string): CallTarget | null {
  const [, kind, path] = callPath.exec(url) ?? [];
  if (kind === undefined || path === undefined) return null;
  return { kind: kind as FunctionKind, name: path.includes("%") ? decode(path) : path };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new ConvoyError(
      "malformed-url",
      "The path cannot be decoded. Write a % itself as %25, and other bytes in UTF-8.",
      { status: 400 },
    );
  }
}
