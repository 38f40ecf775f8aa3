/** As much of `http.IncomingMessage` as a person's own types must agree to. */
export interface HttpRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
}

/** As much of `http.ServerResponse` as a person's own types must agree to. */
export interface HttpResponse {
  statusCode: number;
  end(): unknown;
}

/**
 * Answers requests of Node: for `app.use()` of Express and `http.createServer()` alike. Its types
 * need neither Node's nor Express's to be installed.
 */
export type HttpHandler = (
  request: HttpRequest,
  response: HttpResponse,
  next?: (error?: unknown) => void,
) => void;
