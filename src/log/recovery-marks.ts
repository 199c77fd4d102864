import { systemErrorCode } from '../base/errors.ts';
import type { FileSystem } from '../base/file-system.ts';
import { writeCheckpoint } from './checkpoint-file.ts';
import type { ProducerSnapshots } from './producer-snapshots.ts';
import type { ProducerState } from './producer-state.ts';
import { formatRecoveryMark, type RecoveryMark, recoveryMarksFileName } from './recovery-mark.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';

const defaultBytesBetween = 16 * 1024 * 1024;

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
   * @returns when it is on the disk; where that cannot be done (no room, no more files) there is none, and the next call tries again
   * @throws the system's error when the log must not go on: the disk is broken, or the segment has become full upon indexes that may not be there
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
      if (systemErrorCode(error) === 'EIO' || active !== this.#options.segments.active) throw error;
      active.persistIndexesAnew();
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
    await writeCheckpoint(fileSystem, `${directory}/${recoveryMarksFileName}`, marks.map(formatRecoveryMark));
    this.#marks = marks;
    const bases = new Set(segments.all.map((each) => each.baseOffset));
    await snapshots.removeUnless((offset) => bases.has(offset) || offset > mark.offset || this.needsSnapshot(offset));
  }

  /** Resolves when no mark is being made. */
  async ended(): Promise<void> {
    await this.#running?.catch(() => {});
  }
}
