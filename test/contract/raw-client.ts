import { connect, type Socket } from 'node:net';
import type { Message } from '../../src/wire/codec/message.ts';
import { Reader } from '../../src/wire/codec/reader.ts';
import { readTaggedFields } from '../../src/wire/codec/tagged-fields.ts';
import { Writer } from '../../src/wire/codec/writer.ts';

/** A request and its answer, as `wire/messages` defines them. */
export interface Api<Request, Response> {
  request: Message<unknown, Request>;
  response: Message<Response, never>;
}

/** A client without any wits: sends single requests in chosen versions, so that tests see exactly what a broker answers. */
export class RawClient {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #waiting: { resolve(frame: Buffer): void; reject(error: Error): void }[] = [];
  #correlationId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('close', () => this.#onClose());
    socket.on('error', () => {});
  }

  static async connect(bootstrap: string): Promise<RawClient> {
    const [host, port] = bootstrap.split(':');
    const socket = connect({ host: host ?? '127.0.0.1', port: Number(port) });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawClient(socket);
  }

  /** Sends a request and waits for its answer. Rejects when the broker closes the connection instead. */
  async send<Request, Response>(api: Api<Request, Response>, version: number, body: Request): Promise<Response> {
    const { request, response } = api;
    const isFlexible = version >= request.flexibleVersions.from && version <= request.flexibleVersions.to;
    const writer = new Writer();
    const length = writer.reserveInt32();
    writer.int16(request.apiKey ?? -1);
    writer.int16(version);
    const correlationId = ++this.#correlationId;
    writer.int32(correlationId);
    writer.int16(3);
    writer.text('raw', 3);
    if (isFlexible) writer.unsignedVarint(0);
    request.encode(writer, body, version);
    length.set(writer.length - 4);
    const frame = await this.exchange(Buffer.concat(writer.finish()));
    const reader = new Reader(frame);
    const answered = reader.int32();
    if (answered !== correlationId) throw new Error(`answer ${answered} to request ${correlationId}`);
    if (isFlexible && request.apiKey !== 18) readTaggedFields(reader, () => false);
    const decoded = response.decode(reader, version);
    reader.expectEnd();
    return decoded;
  }

  /** Sends bytes as they are and waits for the next frame. */
  exchange(bytes: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new Error('the connection is closed'));
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#socket.write(bytes);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #onData(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readInt32BE(0);
      if (this.#received.length < end) return;
      const frame = this.#received.subarray(4, end);
      this.#received = this.#received.subarray(end);
      this.#waiting.shift()?.resolve(frame);
    }
  }

  #onClose(): void {
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('the broker closed the connection'));
  }
}
