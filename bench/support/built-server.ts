/** The server as it is published: what benchmarks start it with. */
import { built } from "../documents/built.js";

type Server = typeof import("../../runtime/server.js");
type Schema = typeof import("../../runtime/index.js");
type Backend = typeof import("../../runtime/server/backend.js");
type App = typeof import("../../runtime/server/app.js");
type Log = typeof import("../../runtime/server/log/create-log.js");
type Listen = typeof import("../../runtime/server/listen.js");

type BuiltServer = Pick<Server, "createFunctionBuilders"> &
  Pick<Schema, "defineRef"> &
  Pick<Backend, "openBackend"> &
  Pick<App, "createApp"> &
  Pick<Log, "createLog"> &
  Pick<Listen, "listen">;

export const builtServer: BuiltServer = {
  ...(await built<Server>("runtime/server.js")),
  ...(await built<Schema>("runtime/index.js")),
  ...(await built<Backend>("runtime/server/backend.js")),
  ...(await built<App>("runtime/server/app.js")),
  ...(await built<Log>("runtime/server/log/create-log.js")),
  ...(await built<Listen>("runtime/server/listen.js")),
};
