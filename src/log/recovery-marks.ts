import { isDiskFull, isFault } from '../base/errors.ts';
import type { FileSystem } from '../base/file-system.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';
import type { EntriesMark } from './entry-file.ts';
import type { ProducerSnapshots } from './producer-snapshots.ts';
import type { ProducerState } from './producer-state.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';

export const recoveryMarksFileName = 'recovery-marks';
const defaultBytesBetween = 16 * 1024 * 1024;

/**
 * How far the growing segment and its indexes were: a start after a crash goes on from here, once the recovery point has passed
 * it, and the snapshot of producers of this offset is there. The file `recovery-marks` is a checkpoint that holds the newest two, since the
 * recovery point may not have passed the last. These numbers in this order, with the number of entries and their CRC-32C for each index:
 *
 *     0
 *     2
 *     4711 7990 50210440 12100 2902398142 712 3170110837 0 0
 *     4711 9000 66981120 16001 3735928559 977 195936478 0 0
 */
export interface RecoveryMark {
  /** Of the segment. */
  baseOffset: bigint;
  /** The offset after the last record. */
  offset: bigint;
  /** Bytes of the segment up to there. */
  position: number;
  offsetIndex: EntriesMark;
  timeIndex: EntriesMark;
  transactionIndex: EntriesMark;
}

/** The marks of a partition's folder, the oldest first; none when they cannot be read: then more is read of the log. */
export function readRecoveryMarks(fileSystem: FileSystem, directory: string): RecoveryMark[] {
  try {
    return readCheckpoint(fileSystem, `${directory}/${recoveryMarksFileName}`, parse);
  } catch (error) {
    if (isFault(error, 'LOG_CORRUPT')) return [];
    throw error;
  }
}

function parse(line: string): RecoveryMark | undefined {
  if (!/^\d+( \d+){8}$/.test(line)) return undefined;
  const [baseOffset = '', offset = '', ...rest] = line.split(' ');
  const [position = 0, ...entries] = rest.map(Number);
  const [offsetIndex, timeIndex, transactionIndex] = [0, 2, 4].map((at) => ({
    count: entries[at] ?? 0,
    crc: entries[at + 1] ?? 0,
  }));
  if (!offsetIndex || !timeIndex || !transactionIndex) return undefined;
  return {
    ...{ baseOffset: BigInt(baseOffset), offset: BigInt(offset), position },
    ...{ offsetIndex, timeIndex, transactionIndex },
  };
}

function format({ baseOffset, offset, position, ...indexes }: RecoveryMark): string {
  const entries = [indexes.offsetIndex, indexes.timeIndex, indexes.transactionIndex];
  return [baseOffset, offset, position, ...entries.flatMap(({ count, crc }) => [count, crc])].join(' ');
}

export interface RecoveryMarksOptions {
  fileSystem: FileSystem;
  directory: string;
  segments: SegmentList;
  producers: ProducerState;
  snapshots: ProducerSnapshots;
  /** How much the segment grows from one mark to the next. */
  bytesBetween: number | undefined;
}

/** Marks how far the growing segment of one log is, now and then, so that a start after a crash need not walk all of it. */
export class RecoveryMarks {
  readonly #options: RecoveryMarksOptions;
  /** The newest two of the growing segment. */
  #marks: RecoveryMark[] = [];
  #running: Promise<void> | undefined;

  constructor(options: RecoveryMarksOptions) {
    this.#options = options;
  }

  /** Whether the snapshot of producers at this offset belongs to the mark. */
  needsSnapshot(offset: bigint): boolean {
    return this.#marks.some((mark) => mark.offset === offset);
  }

  /**
   * Makes a mark where the log ends now, when the segment has grown enough since the last one. Call before the recovery point is
   * written down, which alone makes the mark count.
   *
   * @returns when it is on the disk; on a full disk there is none, and the next call tries again
   * @throws the system's error
   */
  async markWhenGrown(): Promise<void> {
    const { active } = this.#options.segments;
    const last = this.#marks.findLast((mark) => mark.baseOffset === active.baseOffset);
    const grown = active.sizeBytes - (last?.position ?? 0);
    if (this.#running !== undefined || grown < (this.#options.bytesBetween ?? defaultBytesBetween)) return;
    this.#running = this.#mark(active);
    try {
      await this.#running;
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    } finally {
      this.#running = undefined;
    }
  }

  async #mark(segment: Segment): Promise<void> {
    const { fileSystem, directory, producers, snapshots, segments } = this.#options;
    const mark = segment.mark();
    await snapshots.writeDurably(producers, mark.offset);
    await segment.syncIndexes();
    const marks = [...this.#marks.filter((each) => each.baseOffset === mark.baseOffset).slice(-1), mark];
    await writeCheckpoint(fileSystem, `${directory}/${recoveryMarksFileName}`, marks.map(format));
    this.#marks = marks;
    const bases = new Set(segments.all.map((each) => each.baseOffset));
    await snapshots.removeUnless((offset) => bases.has(offset) || offset > mark.offset || this.needsSnapshot(offset));
  }

  /** Resolves when no mark is being made. */
  async ended(): Promise<void> {
    await this.#running?.catch(() => {});
  }
}
