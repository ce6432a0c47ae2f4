// A proxy that keeps every byte between browser and server: what the server was told, and what it said.
import net from "node:net";
import type { Hay } from "./haystack.ts";
import { freePort } from "./site.ts";

export class Wire {
  private readonly sent: Buffer[] = [];
  private readonly received: Buffer[] = [];
  private cut = false;
  private readonly sockets = new Set<net.Socket>();

  readonly url: string;
  private readonly server: net.Server;

  private constructor(url: string, server: net.Server) {
    this.url = url;
    this.server = server;
  }

  static async before(target: string): Promise<Wire> {
    const port = await freePort();
    const to = new URL(target);
    const server = net.createServer((client) => wire.join(client, net.connect(Number(to.port), to.hostname)));
    const wire = new Wire(`http://127.0.0.1:${port}`, server);
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return wire;
  }

  private join(client: net.Socket, upstream: net.Socket): void {
    if (this.cut) {
      client.destroy();
      upstream.destroy();
      return;
    }
    client.on("data", (chunk) => this.sent.push(chunk));
    upstream.on("data", (chunk) => this.received.push(chunk));
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        this.sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
  }

  /** From now on nothing gets through; what is under way breaks. */
  breakLine(): void {
    this.cut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mendLine(): void {
    this.cut = false;
  }

  requests(): Hay {
    return { where: "requests", bytes: Buffer.concat(this.sent) };
  }

  replies(): Hay {
    return { where: "replies", bytes: Buffer.concat(this.received) };
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
