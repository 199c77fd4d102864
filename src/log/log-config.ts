import type { Compression } from '../wire/record-batch.ts';

/** When an append is acknowledged. See docs/storage-format.md. */
export type FlushPolicy = 'commit' | 'interval' | 'never';

/** How records are kept compressed; `producer`: as they came. Levels are for gzip and zstd. */
export interface CompressionConfig {
  type: Compression | 'producer';
  gzipLevel: number;
  zstdLevel: number;
}

/** Settings of one log: Kafka's topic configs in camelCase, with Kafka's defaults, and when to flush. */
export interface LogConfig {
  /** A segment is closed before it would grow over this size. */
  segmentBytes: number;
  /** A segment is closed once its records span this time, even when it is not full. */
  segmentMs: number;
  /** Largest size of one index file; a full index closes its segment. */
  segmentIndexBytes: number;
  /** Bytes of records between two index entries. */
  indexIntervalBytes: number;
  /** Segments whose newest record is older are deleted; −1 keeps them. */
  retentionMs: number;
  /** Oldest segments are deleted while the log is larger by a whole segment; −1 keeps them. */
  retentionBytes: number;
  cleanupPolicy: readonly ('delete' | 'compact')[];
  /** Largest record batch accepted, in bytes. */
  maxMessageBytes: number;
  compression: CompressionConfig;
  messageTimestampType: 'CreateTime' | 'LogAppendTime';
  /** How far a record's time may lie before and after the broker's, CreateTime only. */
  messageTimestampBeforeMaxMs: number;
  messageTimestampAfterMaxMs: number;
  /** `commit` acknowledges what is on the disk; `interval` and `never` what the operating system has taken over. */
  flushPolicy: FlushPolicy;
  /** With `interval`: the longest time between a write and its flush. */
  flushIntervalMs: number;
  /** A producer that has written nothing for this long is forgotten. */
  producerIdExpirationMs: number;
}

export const defaultLogConfig: LogConfig = {
  segmentBytes: 1024 * 1024 * 1024,
  segmentMs: 7 * 24 * 3600 * 1000,
  segmentIndexBytes: 10 * 1024 * 1024,
  indexIntervalBytes: 4096,
  retentionMs: 7 * 24 * 3600 * 1000,
  retentionBytes: -1,
  cleanupPolicy: ['delete'],
  maxMessageBytes: 1_048_588,
  compression: { type: 'producer', gzipLevel: -1, zstdLevel: 3 },
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: 3_600_000,
  flushPolicy: 'commit',
  flushIntervalMs: 1000,
  producerIdExpirationMs: 24 * 3600 * 1000,
};
