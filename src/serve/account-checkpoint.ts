import { createHash } from 'node:crypto';
import { fault } from '../base/errors.ts';
import type { SavedCamera } from '../stage/ledger-camera.ts';
import { formatTimeUs, type IncomingRecord, type OutgoingRecord, recordRef } from '../topics/record.ts';
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
  const value = Buffer.from(JSON.stringify(checkpoint));
  if (value.length > largestBytes) return undefined;
  return {
    topic: topicNames.ledger,
    partition: 0,
    key,
    value,
    headers: new Map([
      ['ce_specversion', '1.0'],
      ['ce_type', checkpointType],
      ['ce_source', '/serve'],
      ['ce_id', `${key}/${checkpoint.savedAtUs}`],
      ['ce_time', formatTimeUs(checkpoint.savedAtUs)],
      ['content-type', 'application/json'],
    ]),
  };
}

/** @throws RECORD_INVALID when the value is no checkpoint */
export function decodeCheckpoint(record: IncomingRecord): AccountCheckpoint {
  try {
    const checkpoint = JSON.parse(record.value.toString('utf8')) as AccountCheckpoint;
    const isWhole = Array.isArray(checkpoint.cameras) && typeof checkpoint.offsets === 'object';
    if (!isWhole || !Number.isFinite(checkpoint.countFromUs)) throw new TypeError('no checkpoint');
    return checkpoint;
  } catch (cause) {
    throw fault('RECORD_INVALID', `${recordRef(record)} is not a checkpoint of an account`, { cause });
  }
}

export function offsetsOf({ offsets }: AccountCheckpoint): ReadonlyMap<number, bigint> {
  return new Map(Object.entries(offsets).map(([partition, offset]) => [Number(partition), BigInt(offset)]));
}
