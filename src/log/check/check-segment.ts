import { type FileSystem, readWholeFile } from '../../base/file-system.ts';
import type { RecordBatch } from '../../wire/record-batch.ts';
import { walkBatches } from '../batch-walk.ts';
import { segmentFileName } from '../file-names.ts';
import type { Segment } from '../segment.ts';
import type { LogCheck } from './log-check.ts';

interface Place {
  /** Base offset of the next segment. */
  endsBefore: bigint | undefined;
  found: LogCheck;
}

/** Checks a segment's batches one by one, and that its indexes point at batches. Adds what it found to `found`. */
export function checkSegment(fileSystem: FileSystem, segment: Segment, { endsBefore, found }: Place): void {
  const { file, path } = segment;
  const sizeBytes = file.sizeBytes();
  const index = new IndexWalk(fileSystem, segment);
  let nextOffset = segment.baseOffset;
  let misplaced: string | undefined;
  const { problem, endPosition } = walkBatches({ file, from: 0, to: sizeBytes, verify: true }, (batch, position) => {
    misplaced = problemOf(batch, nextOffset, endsBefore);
    if (misplaced !== undefined) return false;
    nextOffset = batch.lastOffset + 1n;
    index.pass(position, segment.relative(batch.lastOffset));
    found.batches++;
    found.records += batch.recordCount;
    return true;
  });
  const wrong = problem ?? misplaced;
  if (wrong !== undefined)
    found.damages.push(`${path}: damaged at byte ${endPosition} (${wrong}); ${sizeBytes - endPosition} bytes follow`);
  else found.repairs.push(...index.problems(), ...timeIndexProblems(fileSystem, segment, nextOffset));
  found.segments++;
  found.sizeBytes += sizeBytes;
}

function problemOf(batch: RecordBatch, nextOffset: bigint, endsBefore: bigint | undefined): string | undefined {
  const { baseOffset, lastOffset } = batch;
  if (baseOffset < nextOffset) return `base offset ${baseOffset} after ${nextOffset - 1n}`;
  return endsBefore !== undefined && lastOffset >= endsBefore
    ? `offset ${lastOffset} belongs to the next segment`
    : undefined;
}

const remedy = 'remove it while the broker is stopped: the next start builds it again';
const offsetEntryBytes = 8;
const timeEntryBytes = 12;

/** Goes through the entries of an offset index beside the batches that they should point at. */
class IndexWalk {
  readonly #path: string;
  readonly #bytes: Buffer;
  #at = 0;
  #problem: string | undefined;

  constructor(fileSystem: FileSystem, segment: Segment) {
    this.#path = indexPath(segment, 'index');
    this.#bytes = readWholeFile(fileSystem, this.#path) ?? Buffer.alloc(0);
  }

  /** A batch lies at `position` and ends with the record of `relativeOffset`. */
  pass(position: number, relativeOffset: number): void {
    const { entry } = this;
    if (entry === undefined || this.#problem !== undefined || entry.position > position) return;
    if (entry.position === position && entry.relativeOffset === relativeOffset) this.#at += offsetEntryBytes;
    else this.#problem = `an entry points at byte ${entry.position}, where it finds no batch of its offset`;
  }

  problems(): string[] {
    const { entry } = this;
    if (entry !== undefined) this.#problem ??= `an entry points at byte ${entry.position}, behind the batches`;
    return this.#problem === undefined ? [] : [`${this.#path}: ${this.#problem}; ${remedy}`];
  }

  get entry(): { relativeOffset: number; position: number } | undefined {
    if (this.#at + offsetEntryBytes > this.#bytes.length) return undefined;
    return { relativeOffset: this.#bytes.readInt32BE(this.#at), position: this.#bytes.readInt32BE(this.#at + 4) };
  }
}

/** Times and offsets have to grow, and stay within the segment. */
function timeIndexProblems(fileSystem: FileSystem, segment: Segment, endOffset: bigint): string[] {
  const path = indexPath(segment, 'timeindex');
  const bytes = readWholeFile(fileSystem, path) ?? Buffer.alloc(0);
  let last = { timestampMs: -1n, relativeOffset: -1 };
  for (let at = 0; at + timeEntryBytes <= bytes.length; at += timeEntryBytes) {
    const entry = { timestampMs: bytes.readBigInt64BE(at), relativeOffset: bytes.readInt32BE(at + 8) };
    const isInOrder = entry.timestampMs > last.timestampMs && entry.relativeOffset >= last.relativeOffset;
    if (!isInOrder || segment.baseOffset + BigInt(entry.relativeOffset) >= endOffset)
      return [`${path}: entry ${at / timeEntryBytes} does not follow the one before it; ${remedy}`];
    last = entry;
  }
  return [];
}

function indexPath(segment: Segment, kind: 'index' | 'timeindex'): string {
  return segment.path.slice(0, -segmentFileName(0n, 'log').length) + segmentFileName(segment.baseOffset, kind);
}
