/** A result as order needs it; `payload` is whatever is wanted back once its turn has come. */
export interface ArrivedResult<T> {
  camera: string;
  session: string;
  /** 0, 1, 2 … inside a session. */
  frame: number;
  /** Where the frame lies in the topic of frames: `frame_ref`. */
  input: { partition: number; offset: bigint };
  /** Where the result lies in the topic of results. */
  output: { partition: number; offset: bigint };
  /** About what holding it costs. */
  sizeBytes: number;
  payload: T;
}

/** Why frames were passed over: they will never come, waiting for them would have held too much, or their group skipped them. */
export type GapReason = 'never-came' | 'held-too-much' | 'skipped';

/** What comes out, camera by camera in the order of sessions and frames. */
export type Ordered<T> =
  | { type: 'session-began'; camera: string; session: string }
  | { type: 'result'; camera: string; session: string; frame: number; payload: T }
  /** Frames `from` to `to`, both included, have no result. */
  | { type: 'gap'; camera: string; session: string; from: number; to: number; reason: GapReason }
  /** A result of a frame that was passed over. Nothing is made of it, but it is named. */
  | { type: 'late'; camera: string; session: string; frame: number }
  | { type: 'session-ended'; camera: string; session: string };

/** What capture stated of a session: all that order needs of it. */
export interface SessionNews {
  camera: string;
  session: string;
  /** Frames in the log, at least. */
  published: number;
  /** No frame will be added: the source is closed and every frame acknowledged or lost. */
  isOver: boolean;
  /** Though it is over the log may hold frames beyond `published`: requests were under way, of which no answer came. */
  mayHoldMore?: boolean;
}

/** Frames that an urgent group has discarded: they will have no result. */
export interface SkipNews {
  camera: string;
  session: string;
  frames: Iterable<number>;
}

/**
 * How far the detector's group is, and what could be read by then. Taken in this order: the ticket, the ends of the topic
 * of frames, the group's committed offsets, then the ends of the topic of results; handed over once the results were read
 * up to those ends. So every result of a frame below `processed` has been seen.
 */
export interface GroupProgress {
  /** What `FrameOrder.ticket` was when the taking began. */
  ticket: number;
  /** Log end offset of each partition of the topic of frames: the index is the partition. */
  ends: readonly bigint[];
  /** The group's committed offsets; 0 where it has none. */
  processed: readonly bigint[];
}

/** What a progress says of the input partitions. */
export interface Reach {
  ticket: number;
  /** Every frame of the partition below this offset has a result that was seen, or none that will come. */
  processed(partition: number): bigint;
  partitionCount: number;
}

export interface OrderBounds {
  /** Results held of one camera. */
  maxFrames: number;
  maxBytes: number;
}

export interface OrderOptions {
  bounds?: OrderBounds;
  /**
   * With `exactly-once` a result proves that every frame before its own in the input partition was processed; with
   * `at-least-once` only the group's committed offset proves it.
   */
  delivery: 'exactly-once' | 'at-least-once';
}

/** Totals since the machine was made. */
export interface OrderCounts {
  released: number;
  /** Frames passed over because they will never come, and because waiting would have held too much. */
  missing: number;
  givenUp: number;
  skipped: number;
  late: number;
  doubled: number;
}

/** How far a session came: what is below `next` was released or passed over. */
export interface SessionMark {
  session: string;
  /** The frame to release next. */
  next: number;
  /** Frames that were passed over, first and last of each stretch; the newest stretches. */
  gaps: [from: number, to: number][];
  /** A frame lay where no known partition count puts it: others may lie anywhere. */
  isMappingUnknown: boolean;
}

/** What one camera's order needs to go on after a restart. JSON. */
export interface CameraOrderState {
  current: SessionMark | undefined;
  /** The end of the current session was told. */
  isEnded: boolean;
  /** Later sessions of which results are held; these are read again. */
  waiting: string[];
  /** The last sessions that were closed. */
  closed: SessionMark[];
  /** Next offset to read in the camera's partition of results; below it only what is held means anything. */
  readThrough: string;
  /** Partition counts that the topic of frames is known to have had. */
  partitionCounts: number[];
}
