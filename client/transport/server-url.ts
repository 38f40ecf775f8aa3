import { ConvoyError } from "../../protocol/errors.js";

/** The origin of the page, where there is one. */
const originOf = (): string | undefined =>
  (globalThis as { location?: { origin: string } }).location?.origin;

/**
 * What comes before `/api/…`; empty for the origin of the page.
 *
 * @throws {ConvoyError} `client-url-invalid`
 */
export function baseUrl(url: string): string {
  try {
    if (/^https?:$/.test(new URL(url, originOf()).protocol)) return url.replace(/\/+$/, "");
  } catch {
    // Said below, with what to do.
  }
  throw new ConvoyError(
    "client-url-invalid",
    `The client has the url "${url}". Write createConvoyClient({ url: "http://localhost:3210" }).`,
  );
}

/** The same place for a WebSocket, which knows no relative urls. */
export function webSocketUrl(url: string): string {
  return new URL(url, originOf()).href.replace(/^http/, "ws");
}
