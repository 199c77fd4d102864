import type { FileSystem } from '../base/file-system.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';

export const leaderEpochFileName = 'leader-epoch-checkpoint';

export interface LeaderEpochStart {
  leaderEpoch: number;
  startOffset: bigint;
}

/** At which offset each leader epoch of a log began; `leader-epoch-checkpoint` holds one `epoch offset` per line. */
export class LeaderEpochs {
  readonly #fileSystem: FileSystem;
  readonly #path: string;
  #starts: LeaderEpochStart[] = [];
  #isDirty = false;
  /** Newest leader epoch that the file names, −1 without any. */
  #writtenEpoch = -1;

  constructor(fileSystem: FileSystem, directory: string) {
    this.#fileSystem = fileSystem;
    this.#path = `${directory}/${leaderEpochFileName}`;
  }

  /** Takes over the file. @throws LOG_CORRUPT */
  load(): void {
    this.#starts = readCheckpoint(this.#fileSystem, this.#path, (line) => {
      const [, leaderEpoch, startOffset] = /^(\d+) (\d+)$/.exec(line) ?? [];
      if (leaderEpoch === undefined || startOffset === undefined) return undefined;
      return { leaderEpoch: Number(leaderEpoch), startOffset: BigInt(startOffset) };
    });
    this.#writtenEpoch = this.latest?.leaderEpoch ?? -1;
  }

  /** Where the first leader epoch begins that only its batches tell of: after a crash they have to be read for it. */
  get unwrittenFrom(): bigint | undefined {
    return this.#starts.find((each) => each.leaderEpoch > this.#writtenEpoch)?.startOffset;
  }

  get latest(): LeaderEpochStart | undefined {
    return this.#starts.at(-1);
  }

  get all(): readonly LeaderEpochStart[] {
    return this.#starts;
  }

  /** Notes that a batch of `leaderEpoch` lies at `offset`. Older epochs change nothing. */
  note(leaderEpoch: number, offset: bigint): void {
    const latest = this.latest;
    if (leaderEpoch < 0 || (latest && leaderEpoch <= latest.leaderEpoch)) return;
    this.#starts.push({ leaderEpoch, startOffset: offset });
    this.#isDirty = true;
  }

  /** Forgets epochs that began at or after `endOffset`, as after a tail was cut off. */
  truncateEnd(endOffset: bigint): void {
    this.#keep(this.#starts.filter((each) => each.startOffset < endOffset));
    this.#writtenEpoch = Math.min(this.#writtenEpoch, this.latest?.leaderEpoch ?? -1);
  }

  /** Forgets what lies before `startOffset`; the epoch in force there begins there. */
  truncateStart(startOffset: bigint): void {
    const inForce = this.at(startOffset);
    const later = this.#starts.filter((each) => each.startOffset > startOffset);
    if (inForce === undefined) return;
    this.#keep([{ leaderEpoch: inForce, startOffset }, ...later]);
  }

  #keep(starts: LeaderEpochStart[]): void {
    const isSame = starts.length === this.#starts.length && starts[0]?.startOffset === this.#starts[0]?.startOffset;
    if (isSame) return;
    this.#starts = starts;
    this.#isDirty = true;
  }

  /** The leader epoch in force at an offset. */
  at(offset: bigint): number | undefined {
    return this.#starts.findLast((each) => each.startOffset <= offset)?.leaderEpoch;
  }

  /**
   * Where a leader epoch ended, as OffsetForLeaderEpoch asks: the largest epoch at or below `leaderEpoch`, and the start
   * of the next one, or `logEndOffset`. Undefined for an epoch that is newer than all, or when none is known.
   */
  endOf(leaderEpoch: number, logEndOffset: bigint): { leaderEpoch: number; endOffset: bigint } | undefined {
    const latest = this.latest;
    if (!latest || leaderEpoch > latest.leaderEpoch || leaderEpoch < 0) return undefined;
    if (leaderEpoch === latest.leaderEpoch) return { leaderEpoch, endOffset: logEndOffset };
    const next = this.#starts.find((each) => each.leaderEpoch > leaderEpoch);
    const found = this.#starts.findLast((each) => each.leaderEpoch <= leaderEpoch);
    if (!next) return undefined;
    return { leaderEpoch: found?.leaderEpoch ?? leaderEpoch, endOffset: next.startOffset };
  }

  /**
   * Writes the file when something changed; resolves when it is on the disk.
   *
   * @throws the system's error; the next call then tries again
   */
  async persist(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    const latestEpoch = this.latest?.leaderEpoch ?? -1;
    const lines = this.#starts.map((each) => `${each.leaderEpoch} ${each.startOffset}`);
    try {
      await writeCheckpoint(this.#fileSystem, this.#path, lines);
    } catch (error) {
      this.#isDirty = true;
      throw error;
    }
    this.#writtenEpoch = latestEpoch;
  }
}
