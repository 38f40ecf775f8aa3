import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** Stands between a pool and Postgres, and loses what it is told to lose. */
export interface Proxy extends AsyncDisposable {
  readonly url: string;
  /** What the server answers on the present connections is lost from now on. */
  loseReplies(): void;
  /**
   * What clients send on the present connections waits for `deliverRequests`. Resolves when this
   * text has been sent.
   */
  holdRequests(upTo: string): Promise<void>;
  deliverRequests(): void;
  /** Ends the present connections for their clients; the server learns of it with `cutServers`. */
  cutClients(): void;
  cutServers(): void;
}

export interface ProxyOptions {
  /** Answers the startup message in the place of the server, or passes on another one. */
  readonly onStartup?: (message: Buffer) => { readonly answer: Buffer } | { readonly pass: Buffer };
}

interface Link {
  readonly client: Socket;
  readonly server: Socket;
  losesReplies: boolean;
  held: Buffer[] | null;
  onHeld: (data: Buffer) => void;
}

export async function startProxy(target: string, options: ProxyOptions = {}): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const links = new Set<Link>();
  const listener = createServer((client) => {
    const server = connect(Number(port || 5432), hostname);
    const link: Link = { client, server, losesReplies: false, held: null, onHeld: () => {} };
    links.add(link);
    let started = false;
    client.on("data", (data) => {
      const first = started ? undefined : options.onStartup?.(data);
      started = true;
      if (first !== undefined && "answer" in first) client.end(first.answer);
      else if (first !== undefined) server.write(first.pass);
      else if (link.held === null) server.write(data);
      else {
        link.held.push(data);
        link.onHeld(data);
      }
    });
    server.on("data", (data) => {
      if (!link.losesReplies) client.write(data);
    });
    client.on("close", () => {
      // The server of a held request does not know yet that its client is gone.
      if (link.held === null) server.end();
    });
    server.on("close", () => {
      client.destroy();
      links.delete(link);
    });
    client.on("error", () => {});
    server.on("error", () => {});
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port.");
  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String(address.port);
  return {
    url: url.href,
    loseReplies: () => {
      for (const link of links) link.losesReplies = true;
    },
    holdRequests: (upTo) =>
      new Promise((resolve) => {
        for (const link of links) {
          link.held = [];
          link.onHeld = (data) => {
            if (data.includes(upTo)) resolve();
          };
        }
      }),
    deliverRequests: () => {
      for (const link of links) {
        for (const data of link.held ?? []) link.server.write(data);
        link.held = null;
        if (link.client.destroyed) link.server.end();
      }
    },
    cutClients: () => {
      for (const { client } of links) client.destroy();
    },
    cutServers: () => {
      for (const { server } of links) server.destroy();
    },
    [Symbol.asyncDispose]: async () => {
      for (const { client, server } of links) {
        client.destroy();
        server.destroy();
      }
      listener.close();
      await once(listener, "close");
    },
  };
}
