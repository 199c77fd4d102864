import type { LossReason, SessionState } from './ledger-record.ts';

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
  /** Frames of which at least one result carries an error. */
  failed: number;
  lost: number;
  lostReasons: Partial<Record<LossReason, number>>;
  /** published − results. */
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
}

export interface LedgerSnapshot {
  /** Wall clock, milliseconds since 1970. */
  atMs: number;
  cameras: CameraAccount[];
}
