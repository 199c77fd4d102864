import type { FileSystem } from '../base/file-system.ts';
import { type CompactionLimits, type CompactOptions, cleanableSegments, compactLog } from './compact-log.ts';
import type { LogConfig } from './log-config.ts';
import type { ProducerState } from './producer-state.ts';
import type { Segment } from './segment.ts';
import type { SegmentList } from './segment-list.ts';

export interface CompactorOptions {
  fileSystem: FileSystem;
  directory: string;
  segments: SegmentList;
  producers: ProducerState;
  isStopped: () => boolean;
}

/** The segments that may be compacted now: those that no compaction has seen yet, and all of them. */
export interface CompactionBacklog {
  dirtyBytes: number;
  totalBytes: number;
  /** Time of the first batch that no compaction has seen; Infinity without any. */
  dirtySinceMs: number;
}

/** Runs the compactions of one log, one at a time, and knows how far they have come. */
export class Compactor {
  readonly #options: CompactorOptions;
  #running: Promise<bigint> | undefined;
  #compactedTo = 0n;

  constructor(options: CompactorOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /**
   * Compacts what lies before `endOffset`; does nothing while another call is at it.
   *
   * @returns the offset up to which the log is compacted
   */
  async run(options: CompactOptions & { config: LogConfig; endOffset: bigint }): Promise<bigint> {
    if (this.#running) return this.#compactedTo;
    const producers = this.#options.producers.entries;
    this.#running = compactLog({ ...this.#options, ...options, producers, cleanedTo: this.#compactedTo });
    try {
      this.#compactedTo = await this.#running;
      return this.#compactedTo;
    } finally {
      this.#running = undefined;
    }
  }

  /** Resolves when no compaction is under way. */
  async ended(): Promise<void> {
    await this.#running?.catch(() => {});
  }

  /** What a compaction would find; see `CompactionBacklog`. */
  backlog(limits: CompactionLimits): CompactionBacklog {
    const segments = cleanableSegments(this.#options.segments, limits);
    const dirty = segments.filter((each) => each.baseOffset >= this.#compactedTo);
    return { dirtyBytes: sizeOf(dirty), totalBytes: sizeOf(segments), dirtySinceMs: oldestOf(dirty) };
  }
}

/** @returns Infinity without segments, or when their records have no time */
function oldestOf(segments: readonly Segment[]): number {
  const times = segments.map((each) => Number(each.firstBatchTimestampMs ?? -1n)).filter((timeMs) => timeMs >= 0);
  return Math.min(...times);
}

function sizeOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, each) => sum + each.sizeBytes, 0);
}
