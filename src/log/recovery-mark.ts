import { isFault } from '../base/errors.ts';
import type { FileSystem } from '../base/file-system.ts';
import { readCheckpoint } from './checkpoint-file.ts';
import type { EntriesMark } from './entry-file.ts';

export const recoveryMarksFileName = 'recovery-marks';

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
export interface RecoveryMark extends IndexesMark {
  /** Of the segment. */
  baseOffset: bigint;
  /** The offset after the last record. */
  offset: bigint;
  /** Bytes of the segment up to there. */
  position: number;
}

/** The entries of a segment's indexes at that moment. */
export interface IndexesMark {
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

/** The line of a mark. */
export function formatRecoveryMark({ baseOffset, offset, position, ...indexes }: RecoveryMark): string {
  const entries = [indexes.offsetIndex, indexes.timeIndex, indexes.transactionIndex];
  return [baseOffset, offset, position, ...entries.flatMap(({ count, crc }) => [count, crc])].join(' ');
}
