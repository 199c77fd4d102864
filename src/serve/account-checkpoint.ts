import { createHash } from 'node:crypto';
import type { SavedCamera } from '../stage/ledger-camera.ts';
import { decodeJson, encodeJson } from '../topics/json-record.ts';
import type { IncomingRecord, OutgoingRecord } from '../topics/record.ts';
import { topicNames } from '../topics/topic-names.ts';

export const checkpointType = 'vigil.checkpoint.v1';

/**
 * Where the account stood: every result before the offsets is in it, none behind them. It lies on the topic `ledger`
 * under one key, so that compaction keeps the newest.
 */
export interface AccountCheckpoint {
  countFromUs: number;
  savedAtUs: number;
  /** Next offset of each partition of `processed_images`. */
  offsets: Record<string, string>;
  cameras: SavedCamera[];
}

/** A larger one would not fit into a record; the results are read again instead. */
const largestBytes = 900_000;

/** Servers that count the same share a checkpoint: whoever wrote it, it is true. */
export function checkpointKey(counted: {
  sinceMs?: number | undefined;
  expectedDetectors?: Readonly<Record<string, readonly string[]>> | undefined;
}): string {
  const about = JSON.stringify([counted.sinceMs ?? null, counted.expectedDetectors ?? null]);
  return `checkpoint/serve/${createHash('sha256').update(about).digest('hex').slice(0, 16)}`;
}

/** @returns undefined when it is too large */
export function encodeCheckpoint(key: string, checkpoint: AccountCheckpoint): OutgoingRecord | undefined {
  const { savedAtUs: atUs } = checkpoint;
  const about = { key, type: checkpointType, source: '/serve', id: `${key}/${atUs}`, atUs };
  const record = encodeJson({ topic: topicNames.ledger, partition: 0, ...about, value: checkpoint });
  return record.value.length > largestBytes ? undefined : record;
}

/** @throws RECORD_INVALID when the value is no checkpoint */
export function decodeCheckpoint(record: IncomingRecord): AccountCheckpoint {
  return decodeJson(record, isCheckpoint, 'a checkpoint of an account');
}

function isCheckpoint({ cameras, offsets, countFromUs }: AccountCheckpoint): boolean {
  return Array.isArray(cameras) && typeof offsets === 'object' && Number.isFinite(countFromUs);
}

export function offsetsOf({ offsets }: AccountCheckpoint): ReadonlyMap<number, bigint> {
  return new Map(Object.entries(offsets).map(([partition, offset]) => [Number(partition), BigInt(offset)]));
}
