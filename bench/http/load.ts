import { once } from "node:events";
import net from "node:net";

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
  async send(path: string, next: () => string, count: number): Promise<void> {
    let left = count;
    await Promise.all(
      this.#connections.map(async (connection) => {
        while (left > 0) {
          left -= 1;
          await connection.post(path, next());
        }
      }),
    );
  }

  [Symbol.dispose](): void {
    for (const connection of this.#connections) connection.close();
  }
}

class Connection {
  readonly #socket: net.Socket;
  #text = "";
  #answered: (text: string) => void = () => {};

  private constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.setNoDelay(true).setEncoding("latin1");
    socket.on("data", (chunk: string) => this.#read(chunk));
  }

  static async open(port: number): Promise<Connection> {
    const socket = net.connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new Connection(socket);
  }

  async post(path: string, body: string): Promise<void> {
    const answer = new Promise<string>((resolve) => {
      this.#answered = resolve;
    });
    this.#socket.write(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const text = await answer;
    if (!text.startsWith("HTTP/1.1 200 ")) throw new Error(`${path} answered:\n${text}`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: string): void {
    this.#text += chunk;
    const end = this.#text.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(this.#text)?.[1]);
    if (this.#text.length < end + 4 + length) return;
    const text = this.#text;
    this.#text = "";
    this.#answered(text);
  }
}
