import type { FileSystem } from '../base/file-system.ts';
import { type CompactOptions, compactLog } from './compact-log.ts';
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

  /** Bytes of full segments that no compaction has seen yet, and of all full segments. */
  get backlog(): { dirtyBytes: number; totalBytes: number } {
    const full = this.#options.segments.all.slice(0, -1);
    return {
      dirtyBytes: sizeOf(full.filter((each) => each.baseOffset >= this.#compactedTo)),
      totalBytes: sizeOf(full),
    };
  }
}

function sizeOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, each) => sum + each.sizeBytes, 0);
}
