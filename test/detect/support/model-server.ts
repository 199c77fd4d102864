import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export interface Asked {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer<ArrayBuffer>;
  /** Which request of this path it is, from 0. */
  number: number;
}

export type Handler = (asked: Asked, response: ServerResponse) => unknown;

/** An HTTP server on a free port that answers as the test says, and keeps what it was asked. */
export async function startModelServer(t: TestContext, handler: Handler, port = 0) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', url: path = '', headers } = request;
    const number = asked.filter((each) => each.path === path).length;
    const one = { method, path, headers, body: Buffer.concat(chunks), number };
    asked.push(one);
    await handler(one, response);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  t.after(stop);
  const { port: found } = server.address() as AddressInfo;
  return { asked, stop, port: found, url: `http://127.0.0.1:${found}` };
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** The input tensor of an inference, binary or JSON. */
export function inputOf({ headers, body }: Asked): Float32Array {
  const length = headers['inference-header-content-length'];
  if (length === undefined) return Float32Array.from(JSON.parse(body.toString()).inputs[0].data);
  return new Float32Array(new Uint8Array(body.subarray(Number(length))).buffer);
}

/** Answers an inference with tensors as binary data. */
export function tensors(
  response: ServerResponse,
  outputs: readonly { name: string; shape: readonly number[]; values: Float32Array<ArrayBuffer> }[],
): void {
  const heads = outputs.map(({ name, shape, values }) => ({
    name,
    datatype: 'FP32',
    shape,
    parameters: { binary_data_size: values.byteLength },
  }));
  const head = Buffer.from(JSON.stringify({ model_name: 'test', outputs: heads }));
  response.writeHead(200, { 'inference-header-content-length': String(head.length) });
  response.write(head);
  for (const { values } of outputs) response.write(new Uint8Array(values.buffer));
  response.end();
}
