import { type FileSystem, parentOf } from '../base/file-system.ts';
import { deletedFolderSuffix } from './file-names.ts';
import type { GroupCommit } from './group-commit.ts';
import type { LeaderEpochs } from './leader-epochs.ts';
import type { LogAppends } from './log-appends.ts';
import type { LogCleaning } from './log-cleaning.ts';
import type { ProducerSnapshots } from './producer-snapshots.ts';
import type { ProducerState } from './producer-state.ts';
import type { RecoveryMarks } from './recovery-marks.ts';
import { removeFolder } from './remove-folder.ts';
import type { SegmentList } from './segment-list.ts';
import type { LogTail } from './tail-cache.ts';

interface LogEndingOptions {
  fileSystem: FileSystem;
  directory: string;
  segments: SegmentList;
  producers: ProducerState;
  snapshots: ProducerSnapshots;
  leaderEpochs: LeaderEpochs;
  commits: GroupCommit;
  appends: LogAppends;
  cleaning: LogCleaning;
  marks: RecoveryMarks;
  tail: LogTail | undefined;
  /** The log was not left in order: it is to be now, also when nothing is written. */
  isChanged: boolean;
}

/** How one log ends: left in order, or deleted. */
export class LogEnding {
  readonly #options: LogEndingOptions;
  #isBegun = false;
  /** False while everything in the folder is as it was when the log was opened in order. */
  #isChanged: boolean;

  constructor(options: LogEndingOptions) {
    this.#options = options;
    this.#isChanged = options.isChanged;
  }

  /** Nothing may be begun any more. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Something in the folder is about to change, or must: closing has work to do. */
  noteChange(): void {
    this.#isChanged = true;
  }

  /** Everything on the disk, indexes complete, producers in a snapshot. @throws LOG_FAILED when that cannot be had */
  async close(): Promise<void> {
    this.#begin();
    try {
      await this.#quiet();
      await this.#options.commits.wait();
      if (this.#isChanged) await this.#leaveInOrder();
    } finally {
      this.#closeFiles();
    }
  }

  async #leaveInOrder(): Promise<void> {
    const { segments, marks, leaderEpochs, producers, snapshots, fileSystem, directory } = this.#options;
    const { active } = segments;
    await marks.markWhenGrown();
    active.seal();
    await active.syncIndexes();
    await leaderEpochs.persist();
    const end = active.nextOffset;
    if (end > segments.first.baseOffset) await snapshots.writeDurably(producers, end);
    const bases = new Set(segments.all.map((each) => each.baseOffset));
    await snapshots.removeUnless((offset) => bases.has(offset) || offset === end || marks.needsSnapshot(offset));
    await fileSystem.syncDirectory(directory);
  }

  /**
   * The folder is renamed before it is removed: once the new name is on the disk no crash brings the partition back, and
   * `removeDeletedFolders` goes on at the next start.
   */
  async delete(): Promise<void> {
    this.#begin();
    await this.#quiet();
    const { commits, fileSystem, directory } = this.#options;
    if (!commits.failure) await commits.wait().catch(() => {});
    this.#closeFiles();
    const doomed = `${directory}.${crypto.randomUUID().replaceAll('-', '')}${deletedFolderSuffix}`;
    fileSystem.rename(directory, doomed);
    await fileSystem.syncDirectory(parentOf(directory));
    await removeFolder(fileSystem, doomed);
  }

  #begin(): void {
    this.#isBegun = true;
    this.#options.tail?.clear();
    this.#options.appends.close();
  }

  /** Waits for what goes on by itself. */
  async #quiet(): Promise<void> {
    await this.#options.cleaning.ended();
    await this.#options.marks.ended();
  }

  #closeFiles(): void {
    for (const segment of this.#options.segments.all) segment.close();
  }
}
