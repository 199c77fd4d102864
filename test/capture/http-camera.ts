import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a path of the camera answers; the response stays open as long as the handler likes. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** A camera for tests that speaks HTTP. */
export class HttpCamera {
  readonly #server: Server;
  requests = 0;

  constructor(handler: HttpHandler) {
    this.#server = createServer((request, response) => {
      this.requests += 1;
      handler(request, response);
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Sends pictures as multipart/x-mixed-replace, `intervalMs` apart, over and over or `count` of them. */
export function mjpeg(pictures: readonly Buffer[], intervalMs: number, count = Infinity): HttpHandler {
  return (_, response) => {
    response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=frame' });
    let sent = 0;
    const timer = setInterval(() => {
      const jpeg = pictures[sent++ % pictures.length] ?? Buffer.alloc(0);
      response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`);
      response.write(jpeg);
      response.write('\r\n');
      if (sent < count) return;
      clearInterval(timer);
      response.end();
    }, intervalMs);
    response.once('close', () => clearInterval(timer));
  };
}

/** Serves one file whole or in the range asked for. */
export function serveFile(bytes: Buffer, contentType: string): HttpHandler {
  return (request, response) => {
    const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '');
    const from = Number(range?.[1] ?? 0);
    const to = Math.min(bytes.length - 1, range?.[2] ? Number(range[2]) : bytes.length - 1);
    const headers = { 'Content-Type': contentType, 'Accept-Ranges': 'bytes', 'Content-Length': to - from + 1 };
    const ranged = { ...headers, 'Content-Range': `bytes ${from}-${to}/${bytes.length}` };
    response.writeHead(range ? 206 : 200, range ? ranged : headers);
    response.end(bytes.subarray(from, to + 1));
  };
}
