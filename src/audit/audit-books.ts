import { topicNames } from '../topics/topic-names.ts';
import type { PartitionWindow } from './committed-batches.ts';
import { DetectorProgress } from './detector-progress.ts';
import { type FindingKind, Findings } from './finding.ts';
import { SessionBook } from './session-book.ts';

export interface RecountOptions {
  /** Only this camera; undefined: all. */
  camera?: string | undefined;
  /** The parts of `raw_video_frames` that are recounted, by partition. */
  frames: readonly PartitionWindow[];
  /** Committed offsets of each detector's group, by partition of `raw_video_frames`. */
  committed: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

/** Where a frame lies in `raw_video_frames`. */
export interface FrameRef {
  partition: number;
  offset: number;
}

/** What is known of all sessions and detectors, and what was found to be wrong. */
export class AuditBooks {
  readonly findings = new Findings();
  readonly sessions = new Map<string, Map<string, SessionBook>>();
  readonly options: RecountOptions;
  readonly #progress = new Map<string, DetectorProgress>();

  constructor(options: RecountOptions) {
    this.options = options;
  }

  /** The first offset that is recounted of a partition of frames. */
  firstOffsetOf(partition: number): number {
    return this.options.frames[partition]?.start ?? 0;
  }

  progressOf(detector: string): DetectorProgress {
    let progress = this.#progress.get(detector);
    if (!progress) {
      progress = new DetectorProgress(this.options.committed.get(detector));
      this.#progress.set(detector, progress);
    }
    return progress;
  }

  offsetOf(book: SessionBook, frame: number): number {
    return this.firstOffsetOf(book.frames.partitionOf(frame)) + book.frames.relativeOffsetOf(frame);
  }

  frameRef(book: SessionBook, frame: number): string {
    return `${topicNames.rawVideoFrames}/${book.frames.partitionOf(frame)}/${this.offsetOf(book, frame)}`;
  }

  found(
    kind: FindingKind,
    book: SessionBook,
    at: { frame: number; detector?: string; ref?: string; detail?: string },
  ): void {
    const { frame, detector, ref, detail } = at;
    const { camera, session } = book;
    const id = detector === undefined ? book.frameId(frame) : `${book.frameId(frame)}/${detector}`;
    this.findings.add(
      { kind, camera, session, ...(detector === undefined ? {} : { detector }) },
      { id, ...(ref === undefined ? {} : { ref }), ...(detail === undefined ? {} : { detail }) },
    );
  }

  /** Whether a record lies before what is recounted, so that nothing can be said of it. */
  isCutOff({ partition, offset }: FrameRef): boolean {
    const window = this.options.frames[partition];
    return window?.isCutOff === true && offset < window.start;
  }

  /** Of a camera that is not asked for. */
  isOther(camera: string): boolean {
    return this.options.camera !== undefined && camera !== this.options.camera;
  }

  open(camera: string, session: string): SessionBook {
    let sessions = this.sessions.get(camera);
    if (!sessions) {
      sessions = new Map();
      this.sessions.set(camera, sessions);
    }
    let book = sessions.get(session);
    if (!book) {
      book = new SessionBook(camera, session);
      sessions.set(session, book);
    }
    return book;
  }
}
