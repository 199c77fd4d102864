import { setImmediate as nextTurn } from 'node:timers/promises';
import { type FileSystem, type OpenFile, writeFully } from '../base/file-system.ts';
import type { RecordBatch } from '../wire/record-batch.ts';
import { type BatchRecord, batchRecords, encodeBatch, timestampOf } from '../wire/records.ts';
import { walkBatches } from './batch-walk.ts';
import type { Segment } from './segment.ts';
import type { AbortedTransactionEntry } from './transaction-index.ts';

/** Bytes looked at before others have their turn. */
const turnBytes = 1024 * 1024;

export interface CompactionRules {
  /** Records whose key has a later record below this offset are removed. */
  latest: ReadonlyMap<string, bigint>;
  /** Tombstones (records without a value) of batches below this offset and older than `tombstonesBeforeMs` are removed. */
  tombstonesBelow: bigint;
  tombstonesBeforeMs: bigint;
  aborted: readonly AbortedTransactionEntry[];
  /** True for the last batch of a producer: kept, if need be without records, for its sequence number. */
  isLastOfProducer: (batch: RecordBatch) => boolean;
}

/** The offset of the last record of each key in these segments, aborted ones left out. */
export async function latestOffsets(
  segments: readonly Segment[],
  aborted: readonly AbortedTransactionEntry[],
): Promise<Map<string, bigint>> {
  const latest = new Map<string, bigint>();
  await eachBatch(segments, (batch) => {
    if (batch.isControl || isAborted(batch, aborted)) return;
    for (const { key, offsetDelta } of batchRecords(batch))
      if (key !== null) latest.set(keyText(key), batch.baseOffset + BigInt(offsetDelta));
  });
  return latest;
}

/**
 * Writes what remains of some segments into a new file, and resolves when it is on the disk. The last batch remains even
 * when it has lost all its records, so that the file ends at the same offset.
 *
 * @returns the size of the new file
 */
export async function writeCompacted(
  fileSystem: FileSystem,
  path: string,
  segments: readonly Segment[],
  rules: CompactionRules,
): Promise<number> {
  await fileSystem.remove(path);
  const file = fileSystem.open(path, 'create');
  try {
    const end = segments.at(-1)?.nextOffset ?? 0n;
    let position = 0;
    await eachBatch(segments, (batch) => {
      const kept = remainder(batch, rules, batch.lastOffset + 1n === end);
      if (kept) position += writeFully(file, [kept], position);
    });
    await file.sync();
    return position;
  } finally {
    file.close();
  }
}

async function eachBatch(segments: readonly Segment[], visit: (batch: RecordBatch) => void): Promise<void> {
  for (const segment of segments) {
    for (let from = 0; from < segment.sizeBytes; ) {
      from = visitSome(segment.file, from, segment.sizeBytes, visit);
      await nextTurn();
    }
  }
}

/** @returns where to go on. @throws Error when a batch is not sound: compaction must not hide that */
function visitSome(file: OpenFile, from: number, to: number, visit: (batch: RecordBatch) => void): number {
  let seenBytes = 0;
  const { endPosition, problem } = walkBatches({ file, from, to, verify: true }, (batch) => {
    if (seenBytes > turnBytes) return false;
    seenBytes += batch.sizeBytes;
    visit(batch);
    return true;
  });
  if (problem !== undefined) throw new Error(`${file.path}, byte ${endPosition}: ${problem}`);
  return endPosition;
}

/** What remains of a batch: all of it as it is, some of it written anew, or undefined. */
function remainder(batch: RecordBatch, rules: CompactionRules, isLastOfFile: boolean): Buffer | undefined {
  if (batch.isControl) return batch.bytes;
  const records = [...batchRecords(batch)];
  const kept = isAborted(batch, rules.aborted) ? [] : records.filter((record) => isKept(batch, record, rules));
  if (kept.length > 0) return kept.length === records.length ? batch.bytes : rewritten(batch, kept);
  return isLastOfFile || rules.isLastOfProducer(batch) ? rewritten(batch, []) : undefined;
}

function isKept(batch: RecordBatch, { key, value, offsetDelta }: BatchRecord, rules: CompactionRules): boolean {
  if (key === null) return false;
  const offset = batch.baseOffset + BigInt(offsetDelta);
  const latest = rules.latest.get(keyText(key));
  if (latest !== undefined && offset < latest) return false;
  const isOldTombstone = value === null && batch.maxTimestamp < rules.tombstonesBeforeMs;
  return !(isOldTombstone && offset < rules.tombstonesBelow);
}

function rewritten(batch: RecordBatch, kept: readonly BatchRecord[]): Buffer {
  return encodeBatch({
    records: kept.map((record) => ({ ...record, timestamp: timestampOf(batch, record) })),
    baseOffset: batch.baseOffset,
    lastOffsetDelta: batch.lastOffsetDelta,
    leaderEpoch: batch.leaderEpoch,
    timestamp: kept.length === 0 ? -1n : batch.maxTimestamp,
    timestampType: batch.timestampType,
    compression: kept.length === 0 ? 'none' : (batch.compression ?? 'none'),
    isTransactional: batch.isTransactional,
    producerId: batch.producerId,
    producerEpoch: batch.producerEpoch,
    baseSequence: batch.baseSequence,
  });
}

function isAborted(batch: RecordBatch, aborted: readonly AbortedTransactionEntry[]): boolean {
  if (!batch.isTransactional || aborted.length === 0) return false;
  const { producerId, baseOffset } = batch;
  return aborted.some(
    (each) => each.producerId === producerId && each.firstOffset <= baseOffset && baseOffset <= each.lastOffset,
  );
}

/** Every byte becomes one character, so that different keys are different texts. */
function keyText(key: Buffer): string {
  return key.toString('latin1');
}
