import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { requestHeaderVersion } from '../../src/wire/apis.ts';
import { Writer } from '../../src/wire/codec/writer.ts';
import { requestHeader } from '../../src/wire/headers.ts';
import { produceRequest } from '../../src/wire/messages/00-produce.ts';
import { encodeBatch } from '../../src/wire/records.ts';

export interface LoadOptions {
  host: string;
  port: number;
  topic: string;
  partitions: number;
  recordBytes: number;
  /** Records in one batch; one batch in one request. */
  recordsPerBatch: number;
  requests: number;
  /** Requests under way at once, over all connections. */
  inFlight: number;
  connections: number;
  /** After this nothing more is sent: what was acknowledged is what counts. */
  forMs?: number;
}

export interface LoadOutcome {
  megabytesPerSecond: number;
  /** Request to acknowledgement, milliseconds. */
  latenciesMs: number[];
}

const version = 9;
const apiKey = 0;

/**
 * Produces with acks=all as a client would, but with requests that were encoded beforehand: the load costs almost no
 * processor time, so that the broker is what is measured.
 */
export async function produceLoad(options: LoadOptions): Promise<LoadOutcome> {
  const requests = Array.from({ length: options.partitions }, (_, partition) => encodeRequest(options, partition));
  const startedMs = performance.now();
  const perConnection = await Promise.all(
    Array.from({ length: options.connections }, (_, i) =>
      runConnection(options, requests, i, share(options.requests, options.connections, i)),
    ),
  );
  const seconds = (performance.now() - startedMs) / 1000;
  const latenciesMs = perConnection.flat();
  const bytes = latenciesMs.length * options.recordsPerBatch * options.recordBytes;
  return { megabytesPerSecond: bytes / 1e6 / seconds, latenciesMs };
}

function share(total: number, parts: number, index: number): number {
  return Math.floor(total / parts) + (index < total % parts ? 1 : 0);
}

function encodeRequest({ topic, recordBytes, recordsPerBatch }: LoadOptions, partition: number): Buffer {
  const value = Buffer.alloc(recordBytes, `vigil ${partition} `);
  const records = encodeBatch({
    records: Array.from({ length: recordsPerBatch }, () => ({ key: null, value })),
    timestamp: BigInt(Date.now()),
  });
  const header = requestHeader.encodeBuffer(
    { requestApiKey: apiKey, requestApiVersion: version, correlationId: 0, clientId: 'bench' },
    requestHeaderVersion(apiKey, version),
  );
  const writer = new Writer();
  produceRequest.encode(
    writer,
    {
      acks: -1,
      timeoutMs: 30_000,
      topicData: [{ name: topic, topicId: '', partitionData: [{ index: partition, records }] }],
    },
    version,
  );
  const body = Buffer.concat(writer.finish());
  const frame = Buffer.allocUnsafe(4 + header.length + body.length);
  frame.writeInt32BE(header.length + body.length, 0);
  header.copy(frame, 4);
  body.copy(frame, 4 + header.length);
  return frame;
}

/** One connection with its share of the requests in flight; counts whole answers, which come in order. */
async function runConnection(
  options: LoadOptions,
  requests: Buffer[],
  index: number,
  count: number,
): Promise<number[]> {
  const socket = connect({ host: options.host, port: options.port, noDelay: true });
  await once(socket, 'connect');
  const window = Math.max(1, Math.floor(options.inFlight / options.connections));
  const latenciesMs: number[] = [];
  const sentMs: number[] = [];
  const untilMs = performance.now() + (options.forMs ?? Number.POSITIVE_INFINITY);
  let sent = 0;
  const sendOne = (): void => {
    const request = requests[(index + sent * options.connections) % requests.length];
    if (sent >= count || performance.now() > untilMs || !request) return;
    sent++;
    sentMs.push(performance.now());
    socket.write(request);
  };
  const done = new Promise<void>((resolve, reject) => {
    onAnswers(socket, (answer) => {
      const errorCode = answer.readInt16BE(errorCodeAt(options.topic));
      if (errorCode !== 0) return reject(new Error(`the broker answered with error ${errorCode}`));
      latenciesMs.push(performance.now() - (sentMs.shift() ?? 0));
      sendOne();
      if (latenciesMs.length === sent) resolve();
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the broker closed the connection')));
  });
  for (let i = 0; i < window; i++) sendOne();
  if (count > 0) await done;
  socket.destroy();
  return latenciesMs;
}

/** Where the only partition's error code lies: correlation id, tags, array, name, array, index. */
function errorCodeAt(topic: string): number {
  return 4 + 1 + 1 + (1 + topic.length) + 1 + 4;
}

function onAnswers(socket: Socket, onAnswer: (answer: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      onAnswer(rest.subarray(4, end));
      rest = rest.subarray(end);
    }
  });
}
