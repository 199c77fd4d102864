import type { CameraAccount, LedgerSnapshot } from '../topics/camera-account.ts';
import { replaces, type SessionStatement } from '../topics/ledger-record.ts';
import type { Result } from '../topics/result-record.ts';
import type { SkipStatement } from '../topics/skip-statement.ts';
import { LedgerCamera, type SavedCamera } from './ledger-camera.ts';

export type { CameraAccount, LedgerSnapshot };

export interface LedgerOptions {
  /** Detector ids (`name@version`) by camera. A camera that is not named expects, in each session, those that have looked at it. */
  expectedDetectors?: Readonly<Record<string, readonly string[]>>;
  /** Where an earlier ledger stood; statements are applied again. */
  saved?: readonly SavedCamera[];
}

/**
 * Adds up what capture states and what detectors answered or skipped: frames in = results out. Pure: it is told
 * everything and reads nothing. Counting goes by frame id, so that a statement or result read twice changes nothing but
 * `doubled`. Its memory does not grow with the frames that were answered, nor with sessions that are through.
 */
export class Ledger {
  readonly #expected: Readonly<Record<string, readonly string[]>>;
  readonly #cameras = new Map<string, LedgerCamera>();

  constructor({ expectedDetectors = {}, saved = [] }: LedgerOptions = {}) {
    this.#expected = expectedDetectors;
    for (const each of saved) this.#cameras.set(each.camera, LedgerCamera.from(each));
  }

  applyStatement(statement: SessionStatement): void {
    const session = this.#camera(statement.camera).session(statement.session);
    if (!session || (session.statement && !replaces(statement, session.statement))) return;
    session.statement = statement;
  }

  applySkip(skip: Pick<SkipStatement, 'camera' | 'session' | 'detector' | 'frames'>): void {
    this.#camera(skip.camera).session(skip.session)?.skip(skip);
  }

  /** @param readAtUs wall clock at which the result was read, microseconds since 1970 */
  applyResult(result: Result, readAtUs: number): void {
    const { camera, session, capturedAtUs } = result.frame;
    const book = this.#camera(camera);
    const open = book.session(session);
    if (!open) book.answeredLate(result.detector);
    else if (open.answer(result)) book.answered(result, readAtUs / 1000, (readAtUs - capturedAtUs) / 1000);
  }

  snapshot(nowMs: number): LedgerSnapshot {
    const cameras: CameraAccount[] = [];
    for (const [camera, book] of this.#cameras) {
      const account = book.account(this.#expected[camera], nowMs);
      if (account) cameras.push(account);
    }
    cameras.sort((a, b) => (a.camera < b.camera ? -1 : 1));
    return { atMs: nowMs, cameras };
  }

  #camera(id: string): LedgerCamera {
    const book = this.#cameras.get(id) ?? new LedgerCamera(id);
    this.#cameras.set(id, book);
    return book;
  }

  /** What `saved` takes: plain data, as of now. */
  save(): SavedCamera[] {
    return [...this.#cameras.values()].map((each) => each.save());
  }
}
