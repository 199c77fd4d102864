import { framesOfWord, pageWords } from '../stage/frame-bitmap.ts';
import { type SessionStatement, totalLost } from '../topics/ledger-record.ts';
import { cameraPartition, framePartition } from '../topics/partitioning.ts';
import { topicNames } from '../topics/topic-names.ts';
import type { AuditBooks } from './audit-books.ts';
import type { PartitionWindow } from './committed-batches.ts';
import type { DetectorBook, SessionBook } from './session-book.ts';

export interface CompareOptions {
  books: AuditBooks;
  /** The parts of `processed_images` that were read. */
  results: readonly PartitionWindow[];
  /** Detectors that are to look at a camera, beside those that were met. */
  expected: (camera: string) => readonly string[];
}

/** A statement that speaks of more frames than this beyond those in the log is wrong, not a list of holes. */
const mostMissing = 10_000_000;

/** Frames of one camera that capture has on their way at once: those of one request. */
const mostOnTheirWay = 64;

/** Finds what is missing: frames below the highest or stated number, results below the committed offsets, dead letters. */
export function compareBooks(options: CompareOptions): void {
  for (const [camera, sessions] of options.books.sessions) {
    const detectors = new Set(options.expected(camera));
    for (const book of sessions.values()) for (const id of book.detectors.keys()) detectors.add(id);
    for (const book of sessions.values()) {
      compareStatement(options.books, book);
      for (const detector of detectors) compareDetector(options, book, detector);
    }
  }
}

export function isFinal({ state }: SessionStatement): boolean {
  return state === 'ended' || state === 'failed';
}

function compareStatement(books: AuditBooks, book: SessionBook): void {
  const { statement, frames, camera, session } = book;
  if (!book.isStated && frames.size > 0) {
    books.findings.add({ kind: 'unstated-session', camera, session }, { id: `${camera}/${session}` });
  }
  const end = statement ? Math.max(statement.published, frames.end) : frames.end;
  if (statement) checkCounts(books, book, statement);
  if (end - frames.end > mostMissing) return;
  for (let frame = 0; frame < end; frame++) if (!frames.has(frame)) missingFrame(books, book, frame);
}

function checkCounts(books: AuditBooks, book: SessionBook, statement: SessionStatement): void {
  const { captured, published, unanswered = 0 } = statement;
  const lost = totalLost(statement);
  const wrong = (detail: string) =>
    books.findings.add(
      { kind: 'wrong-statement', camera: book.camera, session: book.session },
      { id: `${book.camera}/${book.session}`, detail },
    );
  if (isFinal(statement) ? captured !== published + lost : captured < published + lost)
    wrong(`states ${captured} captured, but ${published} published and ${lost} lost`);
  if (isFinal(statement) && book.frames.size > published + unanswered)
    wrong(`states ${published} published, but the log holds frame ${book.frames.end - 1}`);
  if (published - book.frames.end > mostMissing)
    wrong(`states ${published} published, but the log ends at frame ${book.frames.end - 1}`);
}

function missingFrame(books: AuditBooks, book: SessionBook, frame: number): void {
  const windows = books.options.frames;
  const partition = framePartition(book.camera, frame, windows.length);
  const isCutOff = windows[partition]?.isCutOff ?? false;
  if (isCutOff && frame < (book.lowest[partition] ?? Number.POSITIVE_INFINITY)) {
    book.removed++;
    return;
  }
  if (isUnacknowledged(book, frame, partition)) {
    book.unacknowledged++;
    return;
  }
  book.missing++;
  const before = precedingInPartition(book, frame, partition, windows.length);
  const ref = before === undefined ? `${topicNames.rawVideoFrames}/${partition}` : books.frameRef(book, before);
  const detail =
    before === undefined ? 'it belongs at the beginning of this partition' : 'it belongs after this record';
  books.found('missing-frame', book, { frame, ref, detail });
}

/**
 * Whether the frame is one that the log never confirmed: of the last request, of which capture stated no acknowledgement, and
 * in whose partition no later frame lies. A request goes to several brokers, and a capture that ends may reach some of them.
 */
function isUnacknowledged({ statement, frames }: SessionBook, frame: number, partition: number): boolean {
  if (frame < (statement?.published ?? 0) || frame < frames.end - mostOnTheirWay) return false;
  for (let later = frame + 1; later < frames.end; later++) {
    if (frames.has(later) && frames.partitionOf(later) === partition) return false;
  }
  return true;
}

/** The nearest frame before it that went to the same partition. */
function precedingInPartition(book: SessionBook, frame: number, partition: number, step: number): number | undefined {
  for (let before = frame - step; before >= 0; before -= step)
    if (book.frames.has(before) && book.frames.partitionOf(before) === partition) return before;
  return undefined;
}

function compareDetector(options: CompareOptions, book: SessionBook, detector: string): void {
  const account = book.detector(detector);
  for (const [page, { present }] of book.frames.pages) {
    const answered = account.answered.words(page);
    const skipped = account.skipped.words(page);
    for (let word = 0; word < pageWords; word++) {
      const open = (present[word] ?? 0) & ~(answered?.[word] ?? 0) & ~(skipped?.[word] ?? 0);
      for (const frame of framesOfWord(page, word, open)) unanswered(options, book, account, { detector, frame });
      const both = (answered?.[word] ?? 0) & (skipped?.[word] ?? 0);
      for (const frame of framesOfWord(page, word, both)) {
        options.books.found('skipped-and-answered', book, {
          frame,
          detector,
          ref: options.books.frameRef(book, frame),
        });
      }
    }
  }
  checkDeadLetters(options.books, book, account, detector);
}

function unanswered(
  { books, results }: CompareOptions,
  book: SessionBook,
  account: DetectorBook,
  { detector, frame }: { detector: string; frame: number },
): void {
  const partition = book.frames.partitionOf(frame);
  const offset = books.offsetOf(book, frame);
  const progress = books.progressOf(detector);
  if (progress.isBeforeStart(partition, offset)) {
    account.before++;
    return;
  }
  if (!progress.isThrough(partition, offset)) {
    account.waiting++;
    return;
  }
  const resultPartition = cameraPartition(book.camera, results.length);
  const isCutOff = results[resultPartition]?.isCutOff ?? false;
  if (isCutOff && progress.isBeforeResults(partition, offset, resultPartition)) {
    account.resultRemoved++;
    return;
  }
  account.missing++;
  books.found('missing-result', book, { frame, detector, ref: books.frameRef(book, frame) });
}

function checkDeadLetters(books: AuditBooks, book: SessionBook, account: DetectorBook, detector: string): void {
  for (const frame of account.failed.frames()) {
    if (account.lettered.has(frame)) continue;
    const ref = book.frames.has(frame) ? books.frameRef(book, frame) : undefined;
    books.found('missing-dead-letter', book, { frame, detector, ...(ref === undefined ? {} : { ref }) });
  }
}
