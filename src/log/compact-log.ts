import { fault, isDiskFull } from '../base/errors.ts';
import type { FileSystem } from '../base/file-system.ts';
import { type CompactionRules, latestOffsets, writeCompacted } from './compaction.ts';
import { segmentFileName } from './file-names.ts';
import type { LogConfig } from './log-config.ts';
import type { ProducerEntry } from './producer-entry.ts';
import { largestRelativeOffset, Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';
import { cleanedSuffix, removeSegment, swapSuffix } from './swap-files.ts';

export interface CompactOptions {
  /** How long a tombstone stays readable: Kafka's `delete.retention.ms`. */
  deleteRetentionMs: number;
  /** Records younger than this are left alone: Kafka's `min.compaction.lag.ms`. */
  minCompactionLagMs: number;
  nowMs: number;
}

export interface CompactionLimits extends Pick<CompactOptions, 'minCompactionLagMs' | 'nowMs'> {
  /** Only records before this offset, which are decided and on the disk. */
  endOffset: bigint;
}

export interface CompactionJob extends CompactOptions, CompactionLimits {
  fileSystem: FileSystem;
  directory: string;
  segments: SegmentList;
  config: LogConfig;
  producers: ReadonlyMap<bigint, ProducerEntry>;
  /** Where the last compaction ended. */
  cleanedTo: bigint;
  /** True once the log is being closed: the job ends as soon as it can, with the log as it was. */
  isStopped: () => boolean;
}

/**
 * Rewrites the full segments so that of each key only the last record remains.
 *
 * A crash leaves each group of segments as it was or compacted: the new file is on the disk before it is renamed, and that
 * renaming decides; see `swap-files.ts`.
 *
 * @returns the offset up to which the log is now compacted
 * @throws the system's error, with the log as it was; LOG_FAILED when it cannot be left as it is
 */
export async function compactLog(job: CompactionJob): Promise<bigint> {
  const segments = cleanableSegments(job.segments, job);
  if (segments.length === 0) return job.cleanedTo;
  const aborted = segments.flatMap((each) => each.transactions.all());
  const rules: CompactionRules = {
    latest: await latestOffsets(segments, aborted),
    tombstonesBelow: job.cleanedTo,
    tombstonesBeforeMs: BigInt(job.nowMs - job.deleteRetentionMs),
    aborted,
    isLastOfProducer: ({ producerId, lastOffset }) =>
      job.producers.get(producerId)?.batches.at(-1)?.lastOffset === lastOffset,
  };
  for (const group of groups(segments, job.config)) {
    if (job.isStopped()) return job.cleanedTo;
    await compactGroup(job, group, rules);
  }
  return segments.at(-1)?.nextOffset ?? job.cleanedTo;
}

/** Full segments from the front, up to the first that is too young or not decided. */
export function cleanableSegments(
  segments: SegmentList,
  { endOffset, nowMs, minCompactionLagMs }: CompactionLimits,
): Segment[] {
  const full = segments.all.slice(0, -1);
  const isTooYoung = (segment: Segment): boolean =>
    minCompactionLagMs > 0 && Number(segment.maxTimestampMs) > nowMs - minCompactionLagMs;
  const stop = full.findIndex((segment) => segment.nextOffset > endOffset || isTooYoung(segment));
  return stop < 0 ? full : full.slice(0, stop);
}

/** Neighbours that fit in one segment become one, so that compaction does not leave many small ones. */
function groups(segments: readonly Segment[], config: LogConfig): Segment[][] {
  const found: Segment[][] = [];
  let sizeBytes = 0;
  for (const segment of segments) {
    const group = found.at(-1);
    const first = group?.[0];
    sizeBytes += segment.sizeBytes;
    const fits =
      sizeBytes <= config.segmentBytes && first && first.relative(segment.nextOffset) <= largestRelativeOffset;
    if (group && fits) {
      group.push(segment);
      continue;
    }
    found.push([segment]);
    sizeBytes = segment.sizeBytes;
  }
  return found;
}

async function compactGroup(job: CompactionJob, group: Segment[], rules: CompactionRules): Promise<void> {
  const { fileSystem, directory } = job;
  const [first, ...others] = group;
  if (!first) return;
  const path = `${directory}/${segmentFileName(first.baseOffset, 'log')}`;
  const before = group.reduce((sum, each) => sum + each.sizeBytes, 0);
  const after = await writeCleaned(job, path + cleanedSuffix, group, rules);
  if (job.isStopped() || (others.length === 0 && after === before)) {
    await fileSystem.remove(path + cleanedSuffix);
    return;
  }
  try {
    await swap(job, group, path);
  } catch (error) {
    throw fault('LOG_FAILED', `${path}: replacing segments by a compacted one failed`, { cause: error });
  }
}

/** @throws the system's error, with nothing left behind: a full disk needs the room */
async function writeCleaned(
  { fileSystem }: CompactionJob,
  path: string,
  group: readonly Segment[],
  rules: CompactionRules,
): Promise<number> {
  try {
    return await writeCompacted(fileSystem, path, group, rules);
  } catch (error) {
    await fileSystem.remove(path);
    throw error;
  }
}

/** From here on there is no way back: what fails is ended by the next start. */
async function swap(job: CompactionJob, group: readonly Segment[], path: string): Promise<void> {
  const { fileSystem, directory } = job;
  const [first] = group;
  if (!first) return;
  fileSystem.rename(path + cleanedSuffix, path + swapSuffix);
  await fileSystem.syncDirectory(directory);
  const made = openSwap(job, first, path);
  job.segments.replace(group, made);
  for (const segment of group) segment.close();
  for (const segment of group) await removeSegment(fileSystem, directory, segment.baseOffset, segment !== first);
  await fileSystem.syncDirectory(directory);
  fileSystem.rename(path + swapSuffix, path);
  await fileSystem.syncDirectory(directory);
  await persistIndexes(job, made);
}

/** On a full disk the indexes stay in memory, and the next start makes them anew: half of one must not be found there. */
async function persistIndexes({ fileSystem, directory }: CompactionJob, made: Segment): Promise<void> {
  try {
    made.persistIndexes();
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    await removeSegment(fileSystem, directory, made.baseOffset, false);
    return;
  }
  made.seal();
  await made.syncIndexes();
}

/**
 * The compacted segment, with its file open under the name it still has. Its transaction index is empty: aborted records are
 * gone, so that nobody need be told of them.
 */
function openSwap({ fileSystem, directory, config }: CompactionJob, first: Segment, path: string): Segment {
  const { baseOffset, createdMs } = first;
  const file = fileSystem.open(path + swapSuffix, 'write');
  const made = new Segment({ fileSystem, directory, baseOffset, createdMs, file });
  made.rebuild({ indexIntervalBytes: config.indexIntervalBytes, verifyFrom: 0n, mayHaveGaps: true }, () => {});
  return made;
}
