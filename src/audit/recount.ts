import { crc32c } from '@node-rs/crc32';
import { isFault } from '../base/errors.ts';
import { framesOfRanges } from '../topics/frame-ranges.ts';
import { decodeLedgerRecord, type SessionStatement } from '../topics/ledger-record.ts';
import type { SkipStatement } from '../topics/skip-statement.ts';
import { topicNames } from '../topics/topic-names.ts';
import { decompress } from '../wire/compression.ts';
import type { RecordBatch } from '../wire/record-batch.ts';
import { batchRecords, timestampOf } from '../wire/records.ts';
import { AuditBooks, type FrameRef, type RecountOptions } from './audit-books.ts';
import type { PartitionWindow } from './committed-batches.ts';
import { RecordScanner } from './record-scanner.ts';
import type { DetectorBook, SessionBook } from './session-book.ts';

const headers = ['camera', 'session', 'frame', 'detector', 'frame_ref', 'error', 'dead_letter_by', 'retry_of'] as const;
const slot = Object.fromEntries(headers.map((name, index) => [name, index])) as Record<
  (typeof headers)[number],
  number
>;
const framesTopicBytes = Buffer.from(`${topicNames.rawVideoFrames}/`);
const maxDecompressedBytes = 128 * 2 ** 20;

/**
 * Takes in the records of the topics, frames first, and remembers what must be compared: of each frame that it is there,
 * where, and its picture's checksum; of each result, skip and dead letter one bit. What is wrong with a record by itself
 * is found here; what is missing is found by `compareBooks`.
 */
export class Recount {
  readonly books: AuditBooks;
  readonly #scanner = new RecordScanner(headers);
  records = 0;
  bytes = 0;

  constructor(options: RecountOptions) {
    this.books = new AuditBooks(options);
  }

  takeFrames(batch: RecordBatch, window: PartitionWindow): void {
    this.#scan(batch, window, () => this.#takeFrame(window));
  }

  takeResults(batch: RecordBatch, window: PartitionWindow): void {
    this.#scan(batch, window, () => this.#takeResult(window));
  }

  takeDeadLetters(batch: RecordBatch, window: PartitionWindow): void {
    this.#scan(batch, window, () => this.#takeDeadLetter());
  }

  /** @param isNewer the statement was written after the frames' end was fixed: it tells that the session exists, no more */
  takeLedger(batch: RecordBatch, { topic, partition }: PartitionWindow, isNewer: boolean): void {
    for (const record of batchRecords(batch)) {
      const offset = batch.baseOffset + BigInt(record.offsetDelta);
      if (!record.value) continue;
      this.records++;
      const { key, value } = record;
      const texts = new Map(record.headers.map((each) => [each.key, each.value?.toString('utf8') ?? '']));
      const timestampMs = Number(timestampOf(batch, record));
      try {
        const entry = decodeLedgerRecord({ topic, partition, offset, timestampMs, key, value, headers: texts });
        if (entry?.kind === 'session') this.#takeStatement(entry.statement, isNewer);
        else if (entry?.kind === 'start')
          this.books.progressOf(entry.statement.detector).beganAt(entry.statement.offsets);
        else if (entry?.kind === 'skip') this.#takeSkip(entry.statement, `${topic}/${partition}/${offset}`);
      } catch (error) {
        if (!isFault(error, 'RECORD_INVALID')) throw error;
        this.#foundInvalid(`${topic}/${partition}/${offset}`, error.message);
      }
    }
  }

  #scan(batch: RecordBatch, window: PartitionWindow, take: () => void): void {
    const { topic, partition, start, end } = window;
    this.bytes += batch.sizeBytes;
    const baseOffset = Number(batch.baseOffset);
    try {
      if (!batch.isCrcValid()) throw new Error('its checksum is wrong');
      const records = decompress(batch.compression ?? 'none', batch.payload, maxDecompressedBytes);
      this.#scanner.scan(records, batch.recordCount, baseOffset, () => {
        const { offset } = this.#scanner;
        if (offset < start || offset >= end) return;
        this.records++;
        take();
      });
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.books.findings.add({ kind: 'unreadable' }, { id: `${topic}/${partition}/${baseOffset}`, detail });
    }
  }

  #takeFrame({ topic, partition }: PartitionWindow): void {
    const scanner = this.#scanner;
    const frame = scanner.wholeNumber(slot.frame);
    const book = this.#book();
    if (book === 'other') return;
    const ref = () => `${topic}/${partition}/${scanner.offset}`;
    if (!book || frame < 0) {
      this.#foundInvalid(ref(), 'it lacks camera, session or frame');
      return;
    }
    const relative = scanner.offset - this.books.firstOffsetOf(partition);
    if (!book.frames.add(frame, partition, relative, this.#checksum())) {
      book.doubled++;
      this.books.found('doubled-frame', book, {
        frame,
        ref: ref(),
        detail: `first at ${this.books.frameRef(book, frame)}`,
      });
      return;
    }
    book.lowest[partition] = Math.min(book.lowest[partition] ?? Number.POSITIVE_INFINITY, frame);
  }

  #takeResult({ topic, partition }: PartitionWindow): void {
    const scanner = this.#scanner;
    const frame = scanner.wholeNumber(slot.frame);
    const book = this.#book();
    // What a retry made later stands beside the frame's first result, a failed one, which counts.
    if (book === 'other' || scanner.has(slot.retry_of)) return;
    const ref = `${topic}/${partition}/`;
    const source = this.#readFrameRef();
    if (!book || frame < 0 || !scanner.has(slot.detector) || !source) {
      this.#foundInvalid(ref + scanner.offset, 'it lacks camera, session, frame, detector or frame_ref');
      return;
    }
    const detector = scanner.text(slot.detector);
    const account = book.detector(detector);
    this.books.progressOf(detector).sawResult(source.partition, source.offset, partition);
    if (!account.answered.add(frame)) {
      account.doubled++;
      this.books.found('doubled-result', book, { frame, detector, ref: ref + scanner.offset });
      return;
    }
    if (scanner.has(slot.error)) this.#takeFailure(account, frame);
    this.#compareWithFrame(book, account, { frame, detector, ref, source });
  }

  #compareWithFrame(
    book: SessionBook,
    account: DetectorBook,
    { frame, detector, ref, source }: { frame: number; detector: string; ref: string; source: FrameRef },
  ): void {
    const { offset, valueEnd, valueStart } = this.#scanner;
    const at = { frame, detector, ref: ref + offset };
    if (!book.frames.has(frame)) {
      if (this.books.isCutOff(source)) account.unchecked++;
      else this.books.found('result-without-frame', book, at);
      return;
    }
    if (book.frames.partitionOf(frame) !== source.partition || this.books.offsetOf(book, frame) !== source.offset) {
      const says = `${topicNames.rawVideoFrames}/${source.partition}/${source.offset}`;
      this.books.found('wrong-reference', book, {
        ...at,
        detail: `says ${says}, is ${this.books.frameRef(book, frame)}`,
      });
    }
    if (valueEnd > valueStart && this.#checksum() !== book.frames.checksumOf(frame))
      this.books.found('wrong-picture', book, { ...at, detail: `the frame is ${this.books.frameRef(book, frame)}` });
  }

  #takeFailure(account: DetectorBook, frame: number): void {
    account.failed.add(frame);
    let code = 'unknown';
    try {
      code = String((JSON.parse(this.#scanner.text(slot.error)) as { code?: unknown }).code);
    } catch {
      // Counted under "unknown".
    }
    account.failedByCode[code] = (account.failedByCode[code] ?? 0) + 1;
  }

  #takeDeadLetter(): void {
    const frame = this.#scanner.wholeNumber(slot.frame);
    const book = this.#book();
    // A record that is no frame is a dead letter too, and has no session to be counted in.
    if (!book || book === 'other' || frame < 0 || !this.#scanner.has(slot.dead_letter_by)) return;
    book.detector(this.#scanner.text(slot.dead_letter_by)).lettered.add(frame);
  }

  #takeStatement(statement: SessionStatement, isNewer: boolean): void {
    if (this.books.isOther(statement.camera)) return;
    const book = this.books.open(statement.camera, statement.session);
    book.isStated = true;
    // In the order of the log: a clock may have been set back in between.
    if (!isNewer) book.statement = statement;
  }

  #takeSkip(skip: SkipStatement, ref: string): void {
    const { camera, session, detector, frames, partition, lastOffset } = skip;
    if (this.books.isOther(camera)) return;
    const book = this.books.open(camera, session);
    const account = book.detector(detector);
    this.books.progressOf(detector).sawResult(partition, lastOffset, -1);
    for (const frame of framesOfRanges(frames)) {
      if (!book.frames.has(frame)) {
        if (this.books.isCutOff({ partition, offset: skip.firstOffset })) account.unchecked++;
        else this.books.found('skip-without-frame', book, { frame, detector, ref });
      } else account.skipped.add(frame);
    }
  }

  /** The session of the record at hand; undefined when it names none. */
  #book(): SessionBook | 'other' | undefined {
    const scanner = this.#scanner;
    if (!scanner.has(slot.camera) || !scanner.has(slot.session)) return undefined;
    const camera = scanner.text(slot.camera);
    return this.books.isOther(camera) ? 'other' : this.books.open(camera, scanner.text(slot.session));
  }

  #checksum(): number {
    const { buffer, valueStart, valueEnd } = this.#scanner;
    return valueEnd === valueStart ? 0 : crc32c(buffer.subarray(valueStart, valueEnd));
  }

  /** `raw_video_frames/<partition>/<offset>` */
  #readFrameRef(): FrameRef | undefined {
    const scanner = this.#scanner;
    const start = scanner.startOf(slot.frame_ref);
    const end = scanner.endOf(slot.frame_ref);
    const numbers = start + framesTopicBytes.length;
    if (start < 0 || scanner.buffer.compare(framesTopicBytes, 0, framesTopicBytes.length, start, numbers) !== 0)
      return undefined;
    const slash = scanner.buffer.indexOf(0x2f, numbers);
    if (slash < 0 || slash > end) return undefined;
    const partition = scanner.wholeNumberIn(numbers, slash);
    const offset = scanner.wholeNumberIn(slash + 1, end);
    return partition < 0 || offset < 0 ? undefined : { partition, offset };
  }

  #foundInvalid(id: string, detail: string): void {
    this.books.findings.add({ kind: 'invalid-record' }, { id, detail });
  }
}
