import { fault } from '../base/errors.ts';
import type { FileSystem } from '../base/file-system.ts';
import { walkBatches } from './batch-walk.ts';
import { parseSegmentFileName, segmentFileName } from './file-names.ts';

/** A compacted file that is being written; a crash discards it. */
export const cleanedSuffix = '.cleaned';

/**
 * A compacted file that is on the disk and takes the place of the segments whose offsets it covers. From the moment it has this
 * name there is no way back:
 *
 *     <base>.log.cleaned → <base>.log.swap    decided
 *     the other segments, and the indexes of the first, are removed
 *     <base>.log.swap → <base>.log            done; the indexes follow
 *
 * The folder is synced after each of the three, so that no later step can be on the disk without the earlier ones.
 */
export const swapSuffix = '.swap';

/** Ends the compactions that a crash cut short, and discards what had not been decided. */
export async function finishSwaps(fileSystem: FileSystem, directory: string): Promise<void> {
  for (const name of fileSystem.list(directory)) {
    if (name.endsWith(cleanedSuffix)) await fileSystem.remove(`${directory}/${name}`);
    if (name.endsWith(swapSuffix)) await finishSwap(fileSystem, directory, name);
  }
}

async function finishSwap(fileSystem: FileSystem, directory: string, name: string): Promise<void> {
  const path = `${directory}/${name}`;
  const target = name.slice(0, -swapSuffix.length);
  const parsed = parseSegmentFileName(target);
  if (parsed?.kind !== 'log') throw fault('LOG_CORRUPT', `${path}: no segment has this name`);
  const endOffset = endOf(fileSystem, path);
  for (const baseOffset of segmentsWithin(fileSystem, directory, parsed.baseOffset, endOffset))
    await removeSegment(fileSystem, directory, baseOffset, baseOffset !== parsed.baseOffset);
  await fileSystem.syncDirectory(directory);
  fileSystem.rename(path, `${directory}/${target}`);
  await fileSystem.syncDirectory(directory);
}

/** Offset after the last batch. @throws LOG_CORRUPT, since the file was on the disk before it got its name */
function endOf(fileSystem: FileSystem, path: string): bigint {
  const file = fileSystem.open(path, 'read');
  try {
    let end = 0n;
    const { problem, endPosition } = walkBatches({ file, from: 0, to: file.sizeBytes(), verify: true }, (batch) => {
      end = batch.lastOffset + 1n;
      return true;
    });
    if (problem !== undefined) throw fault('LOG_CORRUPT', `${path}: damaged at byte ${endPosition} (${problem})`);
    return end;
  } finally {
    file.close();
  }
}

function segmentsWithin(fileSystem: FileSystem, directory: string, from: bigint, endOffset: bigint): bigint[] {
  const found = fileSystem.list(directory).map(parseSegmentFileName);
  return found.flatMap((each) =>
    each?.kind === 'log' && each.baseOffset >= from && each.baseOffset < endOffset ? [each.baseOffset] : [],
  );
}

/** Removes the indexes of a segment, and its records when asked. */
export async function removeSegment(
  fileSystem: FileSystem,
  directory: string,
  baseOffset: bigint,
  withRecords: boolean,
): Promise<void> {
  for (const kind of ['index', 'timeindex', 'txnindex'] as const)
    await fileSystem.remove(`${directory}/${segmentFileName(baseOffset, kind)}`);
  if (withRecords) await fileSystem.remove(`${directory}/${segmentFileName(baseOffset, 'log')}`);
}
