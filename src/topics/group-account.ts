/** Complete: never skips, a slow model means lag. Urgent: passes over what is too old, and says so. */
export type GroupKind = 'complete' | 'urgent';

/** How far one group of detectors is behind the log of frames, what it is given to work with, and how long that goes well. */
export interface GroupAccount {
  /** The consumer group. */
  group: string;
  /** `<name>@<version>` */
  detector: string;
  kind: GroupKind;
  /** Frames in the log that the group has not committed yet. */
  lagRecords: number;
  /** What these take in the log; an estimate from the size of the log. */
  lagBytes: number;
  /** Age of the oldest of them; 0 without lag. */
  lagSeconds: number;
  /** Frames that came into the log, per second. */
  inPerSecond: number;
  /** Frames that the group committed, per second. */
  outPerSecond: number;
  /** Members of the group now. */
  workers: number;
  /** Workers that the frames need: frames per second × seconds per frame ÷ target load; null until both are measured. */
  wanted: number | null;
  /** Time that one worker is busy with one frame; null until measured. */
  secondsPerFrame: number | null;
  /** Time until retention would reach frames that the group has not read; null: never, as things go now. */
  secondsLeft: number | null;
  /** Which limit that would be. */
  limit: 'time' | 'bytes' | null;
  /** `secondsLeft` is under the configured horizon. */
  isWarning: boolean;
}
