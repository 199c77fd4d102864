import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { requestHeaderVersion, responseHeaderVersion } from '../../src/wire/apis.ts';
import { Reader } from '../../src/wire/codec/reader.ts';
import { Writer } from '../../src/wire/codec/writer.ts';
import { requestHeader, responseHeader } from '../../src/wire/headers.ts';
import { fetchRequest, fetchResponse } from '../../src/wire/messages/01-fetch.ts';
import { batchAt } from '../../src/wire/record-batch.ts';
import type { LoadOutcome } from './produce-load.ts';

export interface FetchOptions {
  host: string;
  port: number;
  topic: string;
  partitions: number;
}

const version = 11;
const apiKey = 1;
const maxBytes = 8 * 2 ** 20;

/** Reads a topic from its beginning to its end over one connection, one request at a time. */
export async function fetchLoad(options: FetchOptions): Promise<LoadOutcome> {
  const socket = connect({ host: options.host, port: options.port, noDelay: true });
  await once(socket, 'connect');
  const answers = framesOf(socket);
  const offsets = Array.from({ length: options.partitions }, () => 0n);
  let bytes = 0;
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  for (;;) {
    const sentMs = performance.now();
    for (const part of encodeRequest(options.topic, offsets)) socket.write(part);
    const { value: answer } = await answers.next();
    if (!answer) throw new Error('the broker closed the connection');
    const got = takeAnswer(answer, offsets);
    if (got === 0) break;
    latenciesMs.push(performance.now() - sentMs);
    bytes += got;
  }
  const seconds = (performance.now() - startedMs) / 1000;
  socket.destroy();
  return { megabytesPerSecond: bytes / 1e6 / seconds, latenciesMs };
}

function encodeRequest(topic: string, offsets: readonly bigint[]): Buffer[] {
  const writer = new Writer();
  requestHeader.encode(
    writer,
    { requestApiKey: apiKey, requestApiVersion: version, correlationId: 0, clientId: 'bench' },
    requestHeaderVersion(apiKey, version),
  );
  const partitions = offsets.map((fetchOffset, partition) => ({
    partition,
    fetchOffset,
    partitionMaxBytes: maxBytes / 4,
  }));
  fetchRequest.encode(writer, { maxWaitMs: 0, minBytes: 1, maxBytes, topics: [{ topic, partitions }] }, version);
  const body = writer.finish();
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.reduce((sum, part) => sum + part.length, 0));
  return [length, ...body];
}

/** Moves the offsets behind what came. @returns bytes of records */
function takeAnswer(answer: Buffer, offsets: bigint[]): number {
  const reader = new Reader(answer);
  responseHeader.decode(reader, responseHeaderVersion(apiKey, version));
  let bytes = 0;
  for (const { partitions } of fetchResponse.decode(reader, version).responses) {
    for (const { partitionIndex, errorCode, records } of partitions) {
      if (errorCode !== 0) throw new Error(`the broker answered with error ${errorCode}`);
      if (!records) continue;
      bytes += skipBatches(records, (lastOffset) => {
        offsets[partitionIndex] = lastOffset + 1n;
      });
    }
  }
  return bytes;
}

/** Apache Kafka may cut the last batch of an answer short. @returns bytes of the whole ones */
function skipBatches(records: Buffer, onBatch: (lastOffset: bigint) => void): number {
  let position = 0;
  for (;;) {
    const found = batchAt(records, position);
    if (found.kind !== 'batch') return position;
    onBatch(found.batch.lastOffset);
    position += found.batch.sizeBytes;
  }
}

/** Whole answers, each put together once. */
async function* framesOf(socket: Socket): AsyncGenerator<Buffer> {
  let chunks: Buffer[] = [];
  let have = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    have += chunk.length;
    while (have >= 4) {
      const head = chunks[0]?.length && chunks[0].length >= 4 ? chunks[0] : Buffer.concat(chunks);
      const end = 4 + head.readInt32BE(0);
      if (have < end) break;
      const all = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
      yield all.subarray(4, end);
      chunks = all.length > end ? [all.subarray(end)] : [];
      have = all.length - end;
    }
  }
}
