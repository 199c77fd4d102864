import { compress, decompress } from '../wire/compression.ts';
import { batchAt, type RecordBatch } from '../wire/record-batch.ts';
import { type Refusal, refusal } from './batch-checks.ts';
import type { LogConfig } from './log-config.ts';

export type Recompressed = { ok: true; bytes: Buffer; batch: RecordBatch } | Refusal;

/**
 * A client's batch with its records compressed as the topic wants them (`compression.type`).
 *
 * @returns undefined when they are that already, or stay as their producer sent them
 */
export function recompressed(batch: RecordBatch, config: LogConfig): Recompressed | undefined {
  const { type, gzipLevel, zstdLevel } = config.compression;
  if (type === 'producer' || type === batch.compression || batch.compression === undefined) return undefined;
  const level = type === 'gzip' ? gzipLevel : type === 'zstd' ? zstdLevel : undefined;
  let bytes: Buffer;
  try {
    bytes = batch.withPayload(type, compress(type, decompress(batch.compression, batch.payload), level));
  } catch (error) {
    return refusal('CORRUPT_MESSAGE', error instanceof Error ? error.message : String(error));
  }
  if (bytes.length > config.maxMessageBytes)
    return refusal('MESSAGE_TOO_LARGE', `a record batch of ${bytes.length} bytes is over ${config.maxMessageBytes}`);
  const found = batchAt(bytes, 0);
  if (found.kind !== 'batch') return refusal('CORRUPT_MESSAGE', 'the batch could not be compressed anew');
  return { ok: true, bytes, batch: found.batch };
}
