import type { DetectorAccount, SessionRow } from '../topics/camera-account.ts';
import { framesOfRanges } from '../topics/frame-ranges.ts';
import { type SessionStatement, totalLost } from '../topics/ledger-record.ts';
import type { Result } from '../topics/result-record.ts';
import type { SkipStatement } from '../topics/skip-statement.ts';
import { FrameSet, type SavedFrameSet } from './frame-set.ts';

interface DetectorBook {
  /** Answered or skipped. */
  settled: FrameSet;
  skipped: number;
  /** Answered without the model, since nothing moved. */
  gated: number;
  failed: number;
  failedByCode: Record<string, number>;
  doubled: number;
}

type SavedDetector = Omit<DetectorBook, 'settled'> & { settled: SavedFrameSet };

/** A session's book as JSON holds it. Statements are not saved: they are read again. */
export interface SavedSession {
  session: string;
  detectors: Record<string, SavedDetector>;
  skippedByAny: SavedFrameSet;
  failedByAny: SavedFrameSet;
  /** Left out by earlier versions. */
  gatedByAny?: SavedFrameSet;
}

/** The frames of one session: what capture stated, and what each detector made of them. Counts by frame number. */
export class LedgerSession {
  readonly session: string;
  statement: SessionStatement | undefined;
  readonly #detectors = new Map<string, DetectorBook>();
  #skippedByAny = new FrameSet();
  #failedByAny = new FrameSet();
  #gatedByAny = new FrameSet();

  constructor(session: string) {
    this.session = session;
  }

  get detectors(): Iterable<string> {
    return this.#detectors.keys();
  }

  /** Whether the detector has answered or skipped any of its frames. */
  has(detector: string): boolean {
    return this.#detectors.has(detector);
  }

  /** @returns false when the detector has answered or skipped the frame before */
  answer({
    detector,
    frame: { frame },
    error,
    gated,
  }: Pick<Result, 'detector' | 'frame' | 'error' | 'gated'>): boolean {
    const book = this.#detector(detector);
    if (!book.settled.add(frame)) {
      book.doubled++;
      return false;
    }
    if (gated) {
      book.gated++;
      this.#gatedByAny.add(frame);
    }
    if (!error) return true;
    book.failed++;
    book.failedByCode[error.code] = (book.failedByCode[error.code] ?? 0) + 1;
    this.#failedByAny.add(frame);
    return true;
  }

  /** Reading a statement again changes nothing. */
  skip({ detector, frames }: Pick<SkipStatement, 'detector' | 'frames'>): void {
    const book = this.#detector(detector);
    for (const frame of framesOfRanges(frames)) {
      if (!book.settled.add(frame)) continue;
      book.skipped++;
      this.#skippedByAny.add(frame);
    }
  }

  /** @param expected the detectors that are to look at each frame; undefined: those that have */
  row(expected: readonly string[] | undefined): SessionRow {
    const { statement } = this;
    const sets = (expected ?? [...this.#detectors.keys()]).map((detector) => this.#detectors.get(detector)?.settled);
    const settled = sets.length === 0 ? (statement?.published ?? 0) : sizeOfAll(sets);
    const skipped = this.#skippedByAny.size === 0 ? 0 : FrameSet.sizeOfIntersection([...sets, this.#skippedByAny]);
    const lost = statement ? totalLost(statement) : 0;
    // A result can be read before the statement that counts its frame.
    const published = Math.max(statement?.published ?? 0, settled);
    const { state = 'opening', openedAtUs = 0, captured = 0, gap } = statement ?? {};
    return {
      session: this.session,
      state,
      openedAtMs: openedAtUs / 1000,
      captured: Math.max(captured, published + lost),
      published,
      results: settled - skipped,
      gated: this.#gatedByAny.size === 0 ? 0 : FrameSet.sizeOfIntersection([...sets, this.#gatedByAny]),
      failed: this.#failedByAny.size,
      skipped,
      lost,
      waiting: published - settled,
      doubled: [...this.#detectors.values()].reduce((sum, { doubled }) => sum + doubled, 0),
      ...(gap === undefined ? {} : { gap }),
    };
  }

  /** @param published of the session's row */
  account(detector: string, published: number): DetectorAccount {
    const { settled, skipped, gated, failed, failedByCode, doubled } = this.#detectors.get(detector) ?? noBook();
    const waiting = Math.max(0, published - settled.size);
    return { detector, results: settled.size - skipped, gated, failed, failedByCode, skipped, waiting, doubled };
  }

  save(): SavedSession {
    const detectors = [...this.#detectors].map(
      ([id, book]) => [id, { ...book, settled: book.settled.save() }] as const,
    );
    return {
      session: this.session,
      detectors: Object.fromEntries(detectors),
      skippedByAny: this.#skippedByAny.save(),
      failedByAny: this.#failedByAny.save(),
      gatedByAny: this.#gatedByAny.save(),
    };
  }

  static from({ session, detectors, skippedByAny, failedByAny, gatedByAny }: SavedSession): LedgerSession {
    const book = new LedgerSession(session);
    for (const [id, saved] of Object.entries(detectors)) {
      book.#detectors.set(id, { ...saved, gated: saved.gated ?? 0, settled: FrameSet.from(saved.settled) });
    }
    book.#skippedByAny = FrameSet.from(skippedByAny);
    book.#failedByAny = FrameSet.from(failedByAny);
    if (gatedByAny) book.#gatedByAny = FrameSet.from(gatedByAny);
    return book;
  }

  #detector(id: string): DetectorBook {
    let book = this.#detectors.get(id);
    if (!book) {
      book = noBook();
      this.#detectors.set(id, book);
    }
    return book;
  }
}

function noBook(): DetectorBook {
  return { settled: new FrameSet(), skipped: 0, gated: 0, failed: 0, failedByCode: {}, doubled: 0 };
}

function sizeOfAll(sets: readonly (FrameSet | undefined)[]): number {
  return sets.length === 1 ? (sets[0]?.size ?? 0) : FrameSet.sizeOfIntersection(sets);
}
