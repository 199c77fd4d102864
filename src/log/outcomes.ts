import type { VigilError } from '../base/errors.ts';

/** Why an append was refused, by Kafka's names (`wire/error-codes.ts` has their numbers). */
export type AppendError =
  | 'CORRUPT_MESSAGE'
  | 'INVALID_RECORD'
  | 'INVALID_TIMESTAMP'
  | 'MESSAGE_TOO_LARGE'
  | 'RECORD_LIST_TOO_LARGE'
  | 'UNSUPPORTED_FOR_MESSAGE_FORMAT'
  | 'OUT_OF_ORDER_SEQUENCE_NUMBER'
  | 'INVALID_PRODUCER_EPOCH'
  | 'INVALID_TXN_STATE'
  | 'TRANSACTION_COORDINATOR_FENCED'
  | 'KAFKA_STORAGE_ERROR';

export type AppendOutcome =
  | {
      ok: true;
      /** True when the producer sent this batch before: nothing was written, the offsets are those of the first time. */
      duplicate: boolean;
      baseOffset: bigint;
      lastOffset: bigint;
      /** −1 unless the topic stamps records with the time of the append. */
      logAppendTimeMs: bigint;
      logStartOffset: bigint;
      /**
       * Resolves when the append may be acknowledged under the log's flush policy: with `commit` it is then on the
       * disk and below the high watermark. Rejects with LOG_FAILED; nobody need listen.
       */
      durable: Promise<void>;
    }
  | { ok: false; error: AppendError; message: string; recordErrors?: RecordError[]; cause?: VigilError };

export interface RecordError {
  /** Index of the record within the request's batch. */
  batchIndex: number;
  message: string;
}

export type ReadLimit = 'highWatermark' | 'lastStableOffset' | 'logEnd';

export interface AbortedTransaction {
  producerId: bigint;
  firstOffset: bigint;
}

export interface LogOffsets {
  logStartOffset: bigint;
  lastStableOffset: bigint;
  highWatermark: bigint;
  logEndOffset: bigint;
}

export type ReadOutcome =
  | ({
      ok: true;
      /** Whole record batches as they lie in the log, the first holding the wanted offset; empty at the end. */
      buffers: Buffer[];
      sizeBytes: number;
      /** Offset after the last record returned; the wanted offset when there is none. */
      nextOffset: bigint;
      /** Transactions aborted within what was read; only when reading up to the last stable offset. */
      aborted?: AbortedTransaction[];
    } & LogOffsets)
  | ({ ok: false; error: 'OFFSET_OUT_OF_RANGE' | 'KAFKA_STORAGE_ERROR'; message: string } & LogOffsets);

export interface TimestampedOffset {
  offset: bigint;
  timestampMs: bigint;
  leaderEpoch: number;
}
