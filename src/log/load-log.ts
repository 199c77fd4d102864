import { fault } from '../base/errors.ts';
import { type FileSystem, parentOf } from '../base/file-system.ts';
import type { RecordBatch } from '../wire/record-batch.ts';
import { walkBatches } from './batch-walk.ts';
import { deletedSuffix, parseSegmentFileName, segmentFileName } from './file-names.ts';
import { LeaderEpochs } from './leader-epochs.ts';
import type { LogConfig } from './log-config.ts';
import { ProducerSnapshots } from './producer-snapshots.ts';
import { ProducerState } from './producer-state.ts';
import { readRecoveryMarks, recoveryMarksFileName } from './recovery-mark.ts';
import { type Damage, Segment } from './segment.ts';
import { keepSoundRest, setAside } from './set-aside.ts';
import { finishSwaps } from './swap-files.ts';
import { transactionEndOf } from './transaction-end.ts';

export interface LoadOptions {
  fileSystem: FileSystem;
  directory: string;
  config: LogConfig;
  nowMs: number;
  /** Everything below is on the disk for certain. */
  recoveryPoint: bigint;
  /** The log was closed in order: nothing needs to be walked. */
  cleanShutdown: boolean;
  logStartOffset: bigint;
  /** Gets a line for each thing that was repaired. */
  report: (message: string) => void;
}

export interface LoadedLog {
  segments: Segment[];
  producers: ProducerState;
  snapshots: ProducerSnapshots;
  leaderEpochs: LeaderEpochs;
}

/**
 * Reads a partition's folder; makes it when it is not there.
 *
 * After a crash the batches from the recovery point on are checked one by one, and those before it back to the recovery mark are walked. At the first that is not whole and sound,
 * the log ends: the rest of the file is cut off and later segments are removed, since nothing behind a gap can have been
 * acknowledged. Indexes, leader epochs and producer state are rebuilt from what remains, and all of it is on the disk
 * before this resolves.
 *
 * @throws LOG_CORRUPT when batches below the recovery point, which were on the disk for certain, are no longer sound
 */
export async function loadLog(options: LoadOptions): Promise<LoadedLog> {
  options.fileSystem.makeDirectory(options.directory);
  await removeLeftovers(options);
  const loader = new Loader(options);
  const firstToRecover = loader.loadTrusted();
  if (!loader.loadMarked(firstToRecover)) loader.restoreProducers(firstToRecover);
  await loader.recover(firstToRecover);
  return loader.finish();
}

/** Files that a crash left half made or half removed, and indexes whose segment is gone. */
async function removeLeftovers({ fileSystem, directory }: LoadOptions): Promise<void> {
  await finishSwaps(fileSystem, directory);
  const names = fileSystem.list(directory);
  const present = new Set(names);
  for (const name of names) {
    const parsed = parseSegmentFileName(name);
    const isOrphan =
      parsed !== undefined &&
      ['index', 'timeindex', 'txnindex'].includes(parsed.kind) &&
      !present.has(segmentFileName(parsed.baseOffset, 'log'));
    if (isOrphan || name.endsWith(deletedSuffix) || name.endsWith('.tmp'))
      await fileSystem.remove(`${directory}/${name}`);
  }
}

class Loader {
  readonly #options: LoadOptions;
  readonly #segments: Segment[];
  readonly #producers = new ProducerState();
  readonly #snapshots: ProducerSnapshots;
  readonly #leaderEpochs: LeaderEpochs;
  /** The first segment to recover is there up to the recovery mark. */
  #isMarked = false;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#segments = findSegments(options);
    this.#snapshots = new ProducerSnapshots(options.fileSystem, options.directory);
    this.#leaderEpochs = new LeaderEpochs(options.fileSystem, options.directory);
    this.#leaderEpochs.load();
  }

  get #logEndOffset(): bigint {
    return this.#segments.at(-1)?.nextOffset ?? this.#options.logStartOffset;
  }

  /** Takes over the segments that need no walk. @returns number of the first that does */
  loadTrusted(): number {
    for (const [index, segment] of this.#segments.entries()) {
      if (!this.#isTrusted(index)) return index;
      const { indexIntervalBytes } = this.#options.config;
      if (!segment.load(indexIntervalBytes)) this.#rebuildIndexes(segment);
      if (!segment.transactions.load()) return index;
      if (index < this.#segments.length - 1) this.#rest(segment);
    }
    return this.#segments.length;
  }

  /**
   * Whether a segment and its indexes are on the disk for certain: only the flush of something behind it says so. One that ends
   * exactly at the recovery point may have been closed since.
   */
  #isTrusted(index: number): boolean {
    if (this.#options.cleanShutdown) return true;
    const next = this.#segments[index + 1];
    return next !== undefined && next.baseOffset < this.#options.recoveryPoint;
  }

  #rebuildIndexes(segment: Segment): void {
    this.#options.report(`${segment.path}: an index was missing or damaged and has been rebuilt`);
    const { indexIntervalBytes } = this.#options.config;
    const damage = segment.rebuild({ indexIntervalBytes, verifyFrom: 0n, mayHaveGaps: true }, () => {});
    if (damage) throw corrupt(segment, damage);
    segment.persistIndexes();
  }

  /** Takes over the first segment to recover, and the producers, up to a recovery mark. False when there is none that holds. */
  loadMarked(first: number): boolean {
    const { fileSystem, directory, recoveryPoint } = this.#options;
    const segment = this.#segments[first];
    if (segment === undefined) return false;
    const mark = readRecoveryMarks(fileSystem, directory).findLast(
      ({ baseOffset, offset }) => baseOffset === segment.baseOffset && offset <= recoveryPoint,
    );
    if (mark === undefined || this.#snapshots.restore(this.#producers, mark.offset) !== mark.offset) return false;
    this.#isMarked = segment.loadMarked(mark);
    return this.#isMarked;
  }

  /** Brings the producer state to where the first segment to recover begins, or to the end of the log. */
  restoreProducers(firstToRecover: number): void {
    const end = this.#segments[firstToRecover]?.baseOffset ?? this.#logEndOffset;
    const from = this.#snapshots.restore(this.#producers, end) ?? 0n;
    const isDone = from >= end;
    if (isDone) return;
    for (const segment of this.#segments.slice(0, firstToRecover)) {
      if (segment.nextOffset > from) this.#replay(segment, from);
    }
  }

  #replay(segment: Segment, from: bigint): void {
    const start = segment.positionOf(from);
    const walk = { file: segment.file, from: start, to: segment.sizeBytes, verify: false };
    walkBatches(walk, (batch, position) => {
      this.#noteProducer(segment, batch, position);
      return true;
    });
  }

  #noteProducer(segment: Segment, batch: RecordBatch, position: number, keepAborted = false): void {
    if (batch.producerId < 0n) return;
    if (!batch.isControl) {
      this.#producers.apply(batch);
      return;
    }
    const end = transactionEndOf(batch, { file: segment.file, position });
    const completed = end && this.#producers.applyMarker(batch, end);
    if (!completed?.isAborted || !keepAborted) return;
    const lastStableOffset = this.#producers.stableOffsetAfter(completed);
    segment.transactions.append({ ...completed, lastStableOffset });
  }

  /** Walks the segments from `first` on, cutting the log where it stops being sound. */
  async recover(first: number): Promise<void> {
    const recovered = this.#segments.slice(first);
    if (recovered.length === 0) return;
    // What is appended from here on need not be what they were taken of.
    if (!this.#isMarked) await this.#options.fileSystem.remove(`${this.#options.directory}/${recoveryMarksFileName}`);
    for (const [index, segment] of recovered.entries()) {
      const isMisplaced = this.#isMisplaced(segment, this.#segments[first + index - 1], index > 0);
      const damage = isMisplaced ? undefined : this.#recoverSegment(segment, this.#isMarked && index === 0);
      if (damage) this.#cut(segment, damage);
      if (isMisplaced || damage) await this.#removeFrom(first + index + (damage ? 1 : 0));
      if (isMisplaced || damage) break;
    }
    for (const segment of this.#segments.slice(first)) await this.#settle(segment);
    await this.#options.fileSystem.syncDirectory(this.#options.directory);
  }

  /** A segment that begins before the one in front of it ends; or after, though nothing removes records in between. */
  #isMisplaced(segment: Segment, previous: Segment | undefined, previousWasRecovered: boolean): boolean {
    if (!previous) return false;
    if (previous.nextOffset > segment.baseOffset) return true;
    const mayHaveGaps = !previousWasRecovered || this.#options.config.cleanupPolicy.includes('compact');
    return !mayHaveGaps && previous.nextOffset < segment.baseOffset;
  }

  #recoverSegment(segment: Segment, isMarked: boolean): Damage | undefined {
    const { config, recoveryPoint: verifyFrom } = this.#options;
    const { indexIntervalBytes } = config;
    const mayHaveGaps = config.cleanupPolicy.includes('compact');
    if (!isMarked) segment.transactions.clear();
    return segment.rebuild({ indexIntervalBytes, verifyFrom, mayHaveGaps, isMarked }, (batch, position) => {
      this.#leaderEpochs.note(batch.leaderEpoch, batch.baseOffset);
      this.#noteProducer(segment, batch, position, true);
    });
  }

  #cut(segment: Segment, damage: Damage): void {
    if (segment.nextOffset < this.#options.recoveryPoint) throw corrupt(segment, damage);
    this.#options.report(
      `${segment.path}: the log ends at offset ${segment.nextOffset}; ${damage.lostBytes} bytes were cut off at byte ${damage.position} (${damage.problem})`,
    );
    const kept = keepSoundRest(this.#options.fileSystem, segment, damage);
    if (kept !== undefined)
      this.#options.report(`${kept}: what was cut off is kept here, since sound batches are in it`);
    segment.cut();
  }

  async #removeFrom(index: number): Promise<void> {
    for (const segment of this.#segments.splice(index)) {
      this.#options.report(`${segment.path}: taken out, since the log ends before it`);
      setAside(this.#options.fileSystem, segment);
      await segment.remove();
    }
  }

  async #settle(segment: Segment): Promise<void> {
    segment.persistIndexes();
    await segment.sync();
    await segment.syncIndexes();
    if (segment !== this.#segments.at(-1)) this.#rest(segment);
  }

  #rest(segment: Segment): void {
    segment.seal();
    segment.rest();
  }

  async finish(): Promise<LoadedLog> {
    const { fileSystem, directory, nowMs, logStartOffset } = this.#options;
    if (this.#segments.length === 0) {
      this.#segments.push(Segment.create({ fileSystem, directory, baseOffset: logStartOffset, createdMs: nowMs }));
      await fileSystem.syncDirectory(directory);
      await fileSystem.syncDirectory(parentOf(directory));
    }
    const end = this.#logEndOffset;
    this.#leaderEpochs.truncateEnd(end);
    this.#producers.advance(end);
    this.#producers.expire(nowMs, this.#options.config.producerIdExpirationMs);
    await this.#snapshots.removeUnless((offset) => offset <= end);
    const { producers, snapshots, leaderEpochs } = {
      producers: this.#producers,
      snapshots: this.#snapshots,
      leaderEpochs: this.#leaderEpochs,
    };
    return { segments: this.#segments, producers, snapshots, leaderEpochs };
  }
}

export function findSegments({
  fileSystem,
  directory,
  nowMs,
}: Pick<LoadOptions, 'fileSystem' | 'directory' | 'nowMs'>): Segment[] {
  return fileSystem
    .list(directory)
    .flatMap((name) => {
      const parsed = parseSegmentFileName(name);
      if (parsed?.kind !== 'log') return [];
      const createdMs = fileSystem.stat(`${directory}/${name}`)?.modifiedMs ?? nowMs;
      return [new Segment({ fileSystem, directory, baseOffset: parsed.baseOffset, createdMs })];
    })
    .sort((a, b) => (a.baseOffset < b.baseOffset ? -1 : 1));
}

function corrupt(segment: Segment, damage: Damage): Error {
  return fault(
    'LOG_CORRUPT',
    `${segment.path}: damaged at byte ${damage.position} (${damage.problem}), below the recovery point; ${damage.lostBytes} bytes follow`,
  );
}
