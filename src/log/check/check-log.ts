import { isFault } from '../../base/errors.ts';
import { type FileSystem, readWholeFile } from '../../base/file-system.ts';
import { deletedSuffix, parseSegmentFileName } from '../file-names.ts';
import { findSegments, type LoadOptions, loadLog } from '../load-log.ts';
import { decodeProducerSnapshot } from '../producer-snapshot.ts';
import { cleanedSuffix, swapSuffix } from '../swap-files.ts';
import { checkSegment } from './check-segment.ts';
import type { LogCheck } from './log-check.ts';

/**
 * Reads a partition's folder from its first byte to its last: recovers it as a start would, then checks every batch of every
 * segment, and the entries of the indexes against the batches.
 *
 * Recovery changes files: give it a file system that forgets.
 */
export async function checkLog(options: Omit<LoadOptions, 'report'>): Promise<LogCheck> {
  const found: LogCheck = { segments: 0, batches: 0, records: 0, sizeBytes: 0, repairs: [], damages: [] };
  found.repairs.push(...leftovers(options), ...unreadableSnapshots(options));
  const endOffset = await recovered(options, found);
  if (endOffset !== undefined && endOffset < options.recoveryPoint)
    found.damages.push(
      `${options.directory}: the log ends at offset ${endOffset}, but was on the disk up to ${options.recoveryPoint}`,
    );
  const segments = findSegments(options);
  for (const [index, segment] of segments.entries()) {
    checkSegment(options.fileSystem, segment, { endsBefore: segments[index + 1]?.baseOffset, found });
    segment.close();
  }
  return found;
}

/** Opens the log as a start would. @returns its end; undefined when it cannot be opened */
async function recovered(options: Omit<LoadOptions, 'report'>, found: LogCheck): Promise<bigint | undefined> {
  try {
    const { segments } = await loadLog({ ...options, report: (repair) => found.repairs.push(repair) });
    for (const segment of segments) segment.close();
    return segments.at(-1)?.nextOffset;
  } catch (error) {
    if (!isFault(error, 'LOG_CORRUPT')) throw error;
    found.damages.push(error.message);
    return undefined;
  }
}

interface Folder {
  fileSystem: FileSystem;
  directory: string;
}

function leftovers({ fileSystem, directory }: Folder): string[] {
  return fileSystem.list(directory).flatMap((name) => {
    const path = `${directory}/${name}`;
    if (name.endsWith(swapSuffix)) return [`${path}: a compaction was cut short; the next start ends it`];
    const isLeftOver = [deletedSuffix, cleanedSuffix, '.tmp'].some((suffix) => name.endsWith(suffix));
    return isLeftOver ? [`${path}: left over from a stop; the next start removes it`] : [];
  });
}

function unreadableSnapshots({ fileSystem, directory }: Folder): string[] {
  return fileSystem.list(directory).flatMap((name) => {
    if (parseSegmentFileName(name)?.kind !== 'snapshot') return [];
    const path = `${directory}/${name}`;
    const bytes = readWholeFile(fileSystem, path);
    const isSound = bytes !== undefined && decodeProducerSnapshot(bytes) !== undefined;
    return isSound ? [] : [`${path}: the snapshot of producers is damaged; the next start reads the log instead`];
  });
}
