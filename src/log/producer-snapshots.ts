import { type FileSystem, readWholeFile, replaceFile, writeFully } from '../base/file-system.ts';
import { parseSegmentFileName, segmentFileName } from './file-names.ts';
import { decodeProducerSnapshot, encodeProducerSnapshot } from './producer-snapshot.ts';
import type { ProducerState } from './producer-state.ts';

/** The producer snapshots in a log's folder. They save replaying the log; a damaged one is passed over. */
export class ProducerSnapshots {
  readonly #fileSystem: FileSystem;
  readonly #directory: string;

  constructor(fileSystem: FileSystem, directory: string) {
    this.#fileSystem = fileSystem;
    this.#directory = directory;
  }

  /**
   * Restores the state from the newest sound snapshot at or before `offset`.
   *
   * @returns the offset from which the log has to be replayed; undefined without a snapshot
   */
  restore(state: ProducerState, offset: bigint): bigint | undefined {
    state.clear();
    for (const candidate of this.#offsets()
      .filter((each) => each <= offset)
      .reverse()) {
      const entries = this.#read(candidate);
      if (!entries) continue;
      for (const entry of entries) state.restore(entry);
      state.finishRestore();
      return candidate;
    }
    return undefined;
  }

  #read(offset: bigint): ReturnType<typeof decodeProducerSnapshot> {
    const bytes = readWholeFile(this.#fileSystem, this.#path(offset));
    return bytes && decodeProducerSnapshot(bytes);
  }

  /** Hands a snapshot to the operating system; its checksum tells when it never reached the disk. */
  write(state: ProducerState, offset: bigint): void {
    const file = this.#fileSystem.open(this.#path(offset), 'create');
    try {
      const bytes = encodeProducerSnapshot(state.entries.values());
      file.truncate(0);
      writeFully(file, [bytes], 0);
    } finally {
      file.close();
    }
  }

  /** Writes a snapshot; resolves when it is on the disk. */
  writeDurably(state: ProducerState, offset: bigint): Promise<void> {
    return replaceFile(this.#fileSystem, this.#path(offset), encodeProducerSnapshot(state.entries.values()));
  }

  /** Removes the snapshots for which `isWanted` does not hold. */
  async removeUnless(isWanted: (offset: bigint) => boolean): Promise<void> {
    for (const offset of this.#offsets()) if (!isWanted(offset)) await this.#fileSystem.remove(this.#path(offset));
  }

  /** Offsets of the snapshots there are, ascending. */
  #offsets(): bigint[] {
    const names = this.#fileSystem.list(this.#directory).map(parseSegmentFileName);
    return names
      .flatMap((name) => (name?.kind === 'snapshot' ? [name.baseOffset] : []))
      .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  #path(offset: bigint): string {
    return `${this.#directory}/${segmentFileName(offset, 'snapshot')}`;
  }
}
