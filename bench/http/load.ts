import { once } from "node:events";
import net from "node:net";

/** A request: a GET where there is no body. */
export interface LoadRequest {
  readonly path: string;
  /** JSON. */
  readonly body: string | null;
}

/**
 * Sends requests on so many connections, one at a time on each, and reads the answers. It does no more
 * than that, since it runs on the same machine as the server.
 */
export class Load implements Disposable {
  readonly #connections: readonly Connection[];

  private constructor(connections: readonly Connection[]) {
    this.#connections = connections;
  }

  static async open(port: number, connections: number): Promise<Load> {
    return new Load(
      await Promise.all(Array.from({ length: connections }, () => Connection.open(port))),
    );
  }

  /** @throws when an answer is not 200: what is measured is work that was done. */
  async send(next: () => LoadRequest, count: number): Promise<void> {
    let left = count;
    await Promise.all(
      this.#connections.map(async (connection) => {
        while (left > 0) {
          left -= 1;
          await connection.send(next());
        }
      }),
    );
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections) connection.close();
  }
}

class Connection {
  readonly #port: number;
  #socket: net.Socket | null = null;
  #text = "";
  #answered: (text: string) => void = () => {};
  #lost: (error: Error) => void = () => {};

  private constructor(port: number) {
    this.#port = port;
  }

  static async open(port: number): Promise<Connection> {
    const connection = new Connection(port);
    await connection.#connect();
    return connection;
  }

  async #connect(): Promise<net.Socket> {
    const socket = net.connect(this.#port, "127.0.0.1");
    await once(socket, "connect");
    socket.setNoDelay(true).setEncoding("latin1");
    socket.on("data", (chunk: string) => this.#read(chunk));
    socket.on("close", () => {
      this.#socket = null;
      this.#lost(new Error("The server closed a connection."));
    });
    this.#socket = socket;
    return socket;
  }

  async send({ path, body }: LoadRequest): Promise<void> {
    // On a busy machine the others' turns may take longer than a server keeps what is idle.
    const socket = this.#socket ?? (await this.#connect());
    const answer = new Promise<string>((resolve, reject) => {
      this.#answered = resolve;
      this.#lost = reject;
    });
    socket.write(
      body === null
        ? `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`
        : `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const text = await answer;
    if (!text.startsWith("HTTP/1.1 200 ")) throw new Error(`${path} answered:\n${text}`);
  }

  close(): void {
    this.#socket?.destroy();
  }

  #read(chunk: string): void {
    this.#text += chunk;
    const end = this.#text.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(this.#text)?.[1];
    const isWhole =
      length === undefined
        ? // In chunks, the last of which is empty.
          this.#text.endsWith("\r\n0\r\n\r\n")
        : this.#text.length >= end + 4 + Number(length);
    if (!isWhole) return;
    const text = this.#text;
    this.#text = "";
    this.#answered(text);
  }
}
