import type { IncomingMessage, ServerResponse } from "node:http";
import { ConvoyError } from "../../../protocol/errors.js";
import { CLIENT_ID_HEADER, MUTATION_ID_HEADER } from "../../../protocol/http.js";
import { REQUEST_ID_HEADER } from "./request-id.js";

/** Chrome keeps what a preflight said for no longer. */
const PREFLIGHT_MAX_AGE_S = "7200";

const requestHeaders = [
  "authorization",
  "content-type",
  CLIENT_ID_HEADER,
  MUTATION_ID_HEADER,
  REQUEST_ID_HEADER,
].join(", ");

const answerHeaders = ["retry-after", REQUEST_ID_HEADER].join(", ");

/** Whether the page that sends a request may call functions. What is no page may. */
export type AllowsOrigin = (request: IncomingMessage) => boolean;

/** As `originPolicy`, where there is no answer to write headers into. */
export function originRule(allowed: readonly string[]): AllowsOrigin {
  const isAllowed = originMatcher(allowed);
  return (request) => {
    const { origin } = request.headers;
    return origin === undefined || isAllowed(origin) || isSameOrigin(request, origin);
  };
}

/** @throws {ConvoyError} `origin-not-allowed`. */
type OriginPolicy = (request: IncomingMessage, response: ServerResponse) => "goes on" | "answered";

/**
 * Pages of which origins may call functions: those of the server's own, and the allowed ones. Others
 * are refused rather than left without an answer that they can read: the call would have run.
 *
 * @param allowed `https://app.example.com`, `http://localhost:*` for any port, or `*` for all.
 */
export function originPolicy(allowed: readonly string[]): OriginPolicy {
  const isAllowed = originMatcher(allowed);
  return (request, response) => {
    const { origin } = request.headers;
    varyByOrigin(response);
    if (origin === undefined) return "goes on";
    // The application that Convoy is mounted in has its own policy, and has applied it.
    if (response.hasHeader("access-control-allow-origin")) return "goes on";
    const isPreflight =
      request.method === "OPTIONS" && "access-control-request-method" in request.headers;
    if (isAllowed(origin)) {
      response.setHeader("access-control-allow-origin", origin);
      response.setHeader("access-control-expose-headers", answerHeaders);
      if (!isPreflight) return "goes on";
      response.setHeader("access-control-allow-methods", "GET, POST");
      response.setHeader("access-control-allow-headers", requestHeaders);
      response.setHeader("access-control-max-age", PREFLIGHT_MAX_AGE_S);
      response.writeHead(204).end();
      return "answered";
    }
    if (isSameOrigin(request, origin)) return "goes on";
    throw new ConvoyError(
      "origin-not-allowed",
      "Pages of this origin may not call the functions of this server. Add it to CONVOY_ALLOWED_ORIGINS, or to allowedOrigins, where the server is started.",
      { status: 403 },
    );
  };
}

/** Whether browsers may say this of a page: no path, and no capitals. Apps have schemes of their own. */
export function isOriginRule(entry: string): boolean {
  return /^(?:\*|null|[a-z][a-z\d+.-]*:\/\/[^/?#@\sA-Z]+)$/.test(entry);
}

function originMatcher(allowed: readonly string[]): (origin: string) => boolean {
  if (allowed.includes("*")) return () => true;
  const whole = new Set(allowed);
  const anyPort = allowed
    .filter((entry) => entry.endsWith(":*"))
    .map((entry) => entry.slice(0, -2));
  return (origin) =>
    whole.has(origin) ||
    anyPort.some(
      (start) =>
        origin === start || (origin.startsWith(start) && /^:\d+$/.test(origin.slice(start.length))),
    );
}

function varyByOrigin(response: ServerResponse): void {
  const others = [response.getHeader("vary") ?? []].flat().join(", ");
  response.setHeader("vary", others === "" ? "origin" : `${others}, origin`);
}

/** A page can set none of these headers, so a proxy in between may decide what they say. */
function isSameOrigin({ headers }: IncomingMessage, origin: string): boolean {
  if (headers["sec-fetch-site"] === "same-origin") return true;
  if (!URL.canParse(origin)) return false;
  const { host } = new URL(origin);
  return host === headers.host || host === headers["x-forwarded-host"];
}
