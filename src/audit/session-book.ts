import { FrameBitmap } from '../stage/frame-bitmap.ts';
import type { SessionStatement } from '../topics/ledger-record.ts';
import { FrameTable } from './frame-table.ts';

/** What one detector said of one session. */
export class DetectorBook {
  readonly answered = new FrameBitmap();
  readonly failed = new FrameBitmap();
  readonly lettered = new FrameBitmap();
  readonly skipped = new FrameBitmap();
  readonly failedByCode: Record<string, number> = {};
  /** Results whose frame retention had removed, or that is not to be counted. */
  unchecked = 0;
  doubled = 0;
  missing = 0;
  waiting = 0;
  /** Frames before the place where the detector was told to begin. */
  before = 0;
  /** Frames whose result retention has removed. */
  resultRemoved = 0;
}

/** All that was recounted of one session of one camera. */
export class SessionBook {
  readonly camera: string;
  readonly session: string;
  readonly frames = new FrameTable();
  readonly detectors = new Map<string, DetectorBook>();
  /** Lowest frame number met in each partition. */
  readonly lowest: number[] = [];
  /** The newest statement among those that were read before the frames' end was fixed. */
  statement: SessionStatement | undefined;
  isStated = false;
  missing = 0;
  doubled = 0;
  /** Frames between those in the log that were never acknowledged: lost at capture, or on their way. */
  unacknowledged = 0;
  /** Frames that retention has removed, or that are not to be counted. */
  removed = 0;

  constructor(camera: string, session: string) {
    this.camera = camera;
    this.session = session;
  }

  detector(id: string): DetectorBook {
    let book = this.detectors.get(id);
    if (!book) {
      book = new DetectorBook();
      this.detectors.set(id, book);
    }
    return book;
  }

  frameId(frame: number): string {
    return `${this.camera}/${this.session}/${frame}`;
  }
}
