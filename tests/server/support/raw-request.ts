import { once } from "node:events";
import net from "node:net";

export interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends bytes as they are, which no client would, and reads until the server ends the connection. */
export async function rawRequest(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  const socket = await connect(url);
  socket.write(bytes);
  return await answerOn(socket);
}

export async function connect(url: string): Promise<net.Socket> {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  await once(socket, "connect");
  return socket;
}

/** What the server says until it ends the connection. */
export async function answerOn(socket: net.Socket): Promise<RawAnswer> {
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  await once(socket, "close");
  const [head = "", ...body] = text.split("\r\n\r\n");
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0),
    head,
    body: body.join("\r\n\r\n"),
  };
}
