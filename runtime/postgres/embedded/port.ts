import { readFile, writeFile } from "node:fs/promises";
import net from "node:net";

export const host = "127.0.0.1";

/** The port of last time if it is free, or else any that is, which is remembered. */
export async function choosePort(file: string, avoid: number | null): Promise<number> {
  const last = Number(await readFile(file, "utf8").catch(() => ""));
  if (Number.isInteger(last) && last > 0 && last !== avoid && (await listenOn(last)) !== null) {
    return last;
  }
  const port = await listenOn(0);
  if (port === null) throw new Error(`No port of ${host} is free.`);
  await writeFile(file, `${port}\n`);
  return port;
}

/** The port if it can be listened on; 0 picks one. */
function listenOn(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(null));
    server.listen({ port, host, exclusive: true }, () => {
      const { port: used } = server.address() as net.AddressInfo;
      server.close(() => resolve(used));
    });
  });
}
