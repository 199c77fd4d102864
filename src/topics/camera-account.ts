import type { CaptureGap, LossReason, SessionState } from './ledger-record.ts';

/** What one detector made of a camera's published frames: results + skipped + waiting. */
export interface DetectorAccount {
  /** `<name>@<version>` */
  detector: string;
  /** The model that made the newest result. */
  model?: string;
  /** A failed result counts as one. */
  results: number;
  /** Of `results`: answered without the model, since nothing moved. */
  gated: number;
  failed: number;
  failedByCode: Record<string, number>;
  /** Discarded without work, as an urgent group does with frames that are too old. */
  skipped: number;
  waiting: number;
  /** Results seen twice; not counted in `results`. */
  doubled: number;
}

/** One session in the account of its camera. */
export interface SessionRow {
  session: string;
  state: SessionState;
  openedAtMs: number;
  captured: number;
  published: number;
  results: number;
  gated: number;
  failed: number;
  skipped: number;
  lost: number;
  waiting: number;
  doubled: number;
  /** The time before it in which nothing was captured. */
  gap?: CaptureGap;
}

/** The account of one camera over all its sessions that the ledger was told of. */
export interface CameraAccount {
  camera: string;
  session: string;
  state: SessionState;
  live: boolean;
  source: string;
  note?: string;
  width: number;
  height: number;
  /** Frames that the source delivered and the wanted rate let through. */
  captured: number;
  /** Frames acknowledged in `raw_video_frames`. */
  published: number;
  /** Frames with a result from every detector that is to look at them; a failed result counts as one. */
  results: number;
  /** Of `results`: frames that at least one detector answered without its model, since nothing moved. */
  gated: number;
  /** Frames of which at least one result carries an error. */
  failed: number;
  /** Frames that every detector has settled and at least one of them has skipped; not counted in `results`. */
  skipped: number;
  lost: number;
  lostReasons: Partial<Record<LossReason, number>>;
  /** published − results − skipped. */
  waiting: number;
  /** Results seen twice; not counted in `results`. */
  doubled: number;
  /** Results per second over the last five seconds; over the whole run once everything is through. */
  fps: number;
  /** Capture (`ce_time`) to the result being read here; null before the first result. */
  latencyMs: { p50: number; p99: number } | null;
  reconnects: number;
  error?: { code: string; message: string; next: string };
  /** The source has ended and every published frame has its result. */
  complete: boolean;
  detectors: DetectorAccount[];
  /** The newest sessions, newest first. */
  sessions: SessionRow[];
  /** How many older sessions are counted above and not listed. */
  earlierSessions: number;
}

export interface LedgerSnapshot {
  /** Wall clock, milliseconds since 1970. */
  atMs: number;
  cameras: CameraAccount[];
}
