import { type FileSystem, readFully, writeFully } from '../base/file-system.ts';
import { batchAt } from '../wire/record-batch.ts';
import { walkBatches } from './batch-walk.ts';
import type { Damage, Segment } from './segment.ts';

/**
 * Recovery takes out what lies behind a damaged place. When that holds sound batches, the place may be one flipped bit in what
 * was on the disk rather than the end of what was: then it is kept under this ending, out of the log.
 */
export const cutSuffix = '.cut';
const chunkBytes = 1024 * 1024;

/**
 * Copies what is about to be cut off a segment, when a sound batch follows the damaged one.
 *
 * @returns the path of the copy, undefined when nothing was worth it
 */
export function keepSoundRest(fileSystem: FileSystem, segment: Segment, damage: Damage): string | undefined {
  const { file } = segment;
  const end = damage.position + damage.lostBytes;
  const next = damage.position + sizeOfBatchAt(segment, damage.position, end);
  if (next === damage.position || !hasSoundBatch(segment, next, end)) return undefined;
  const path = `${segment.path}.${damage.position}${cutSuffix}`;
  const copy = fileSystem.open(path, 'create');
  try {
    copy.truncate(0);
    for (let from = damage.position; from < end; from += chunkBytes) {
      const bytes = Buffer.alloc(Math.min(chunkBytes, end - from));
      writeFully(copy, [bytes.subarray(0, readFully(file, bytes, from))], from - damage.position);
    }
  } finally {
    copy.close();
  }
  return path;
}

/** Renames the file of a segment that is taken out of the log, when its first batch is sound. */
export function setAside(fileSystem: FileSystem, segment: Segment): void {
  if (!hasSoundBatch(segment, 0, segment.file.sizeBytes())) return;
  fileSystem.rename(segment.path, segment.path + cutSuffix);
}

/** 0 when nothing that looks like a batch stands there. */
function sizeOfBatchAt(segment: Segment, position: number, end: number): number {
  const header = Buffer.alloc(61);
  const found = batchAt(header.subarray(0, readFully(segment.file, header, position)), 0);
  const size = found.kind === 'short' ? found.neededBytes : found.kind === 'batch' ? found.batch.sizeBytes : 0;
  return position + size < end ? size : 0;
}

function hasSoundBatch(segment: Segment, from: number, to: number): boolean {
  let isSound = false;
  walkBatches({ file: segment.file, from, to, verify: true }, () => {
    isSound = true;
    return false;
  });
  return isSound;
}
