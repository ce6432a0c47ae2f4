// A proxy that stops in the middle of an answer: after so many bytes nothing more comes, until the line is cut.
import http from "node:http";
import { freePort } from "./site.ts";

/** One reading of sealed bytes: where it began, and how many came. */
export interface Reading {
  readonly start: number;
  came: number;
}

export class Cutting {
  readonly url: string;
  /** Readings of sealed bytes, in the order in which they were asked for. */
  readonly readings: Reading[] = [];
  private readonly server: http.Server;
  private down = false;
  private held: http.ServerResponse | undefined;
  private next: number | undefined;

  private constructor(url: string, server: http.Server) {
    this.url = url;
    this.server = server;
  }

  static async before(target: string): Promise<Cutting> {
    const port = await freePort();
    const server = http.createServer((request, response) => line.pass(request, response, new URL(target)));
    const line = new Cutting(`http://127.0.0.1:${port}`, server);
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return line;
  }

  /** Of the next reading only so many bytes come. */
  holdAfter(bytes: number): void {
    this.next = bytes;
  }

  /** Breaks what is held; with down nothing gets through any more. */
  cut(down: boolean): void {
    this.down = down;
    this.held?.destroy();
    this.held = undefined;
  }

  mend(): void {
    this.down = false;
  }

  private pass(request: http.IncomingMessage, response: http.ServerResponse, to: URL): void {
    if (this.down) {
      request.destroy();
      return;
    }
    const { method, headers, url } = request;
    const on = http.request({ host: to.hostname, port: to.port, method, headers, path: url }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      const range = /\/parts\//.test(url ?? "") && /bytes=(\d+)-/.exec(headers.range ?? "");
      if (range) this.read(answer, response, Number(range[1]));
      else answer.pipe(response);
    });
    on.on("error", () => response.destroy());
    request.pipe(on);
  }

  private read(answer: http.IncomingMessage, response: http.ServerResponse, start: number): void {
    const reading = { start, came: 0 };
    this.readings.push(reading);
    const most = this.next ?? Number.POSITIVE_INFINITY;
    this.next = undefined;
    if (Number.isFinite(most)) this.held = response;
    answer.on("data", (chunk: Buffer) => {
      const part = chunk.subarray(0, most - reading.came);
      reading.came += part.length;
      if (part.length > 0) response.write(part);
    });
    answer.on("end", () => {
      if (reading.came < most) response.end();
    });
    response.on("close", () => answer.destroy());
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
