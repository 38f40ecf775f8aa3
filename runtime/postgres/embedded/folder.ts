import path from "node:path";

/** Where the files of one embedded server are. */
export interface ServerFolder {
  readonly root: string;
  /** What Postgres calls its data directory. */
  readonly data: string;
  /** The password of the superuser. */
  readonly password: string;
  /** The port of last time, so that a URL stays valid. */
  readonly port: string;
  /** How to reach the keeper, and which server is its own. */
  readonly keeper: string;
  /** Held by who starts the server. */
  readonly lock: string;
  readonly log: string;
}

export function serverFolder(dataDir: string): ServerFolder {
  const root = path.resolve(dataDir);
  return {
    root,
    data: path.join(root, "data"),
    password: path.join(root, "password"),
    port: path.join(root, "port"),
    keeper: path.join(root, "keeper.json"),
    lock: path.join(root, "start.lock"),
    log: path.join(root, "server.log"),
  };
}
