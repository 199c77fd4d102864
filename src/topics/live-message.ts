import type { CameraAccount, LedgerSnapshot } from './camera-account.ts';
import type { TrackPlace } from './event-schema.ts';
import type { FrameHeader } from './frame-record.ts';
import type { GroupAccount } from './group-account.ts';
import type { Detection, ResultError } from './result-record.ts';
import type { Scene } from './scene.ts';
import type { StoreState } from './store-state.ts';

/** The live feed's messages (docs/live-feed.md): text messages are JSON, binary messages are frames. */
export type LiveTextMessage = HelloMessage | SnapshotMessage;

/** Sent once, first. */
export interface HelloMessage {
  type: 'hello';
  /** Vigil's version. */
  version: string;
  title: string;
  /** Shown to whoever looks: which model is used, whose footage this is. */
  notices: string[];
  /** Zones, lines and masks by camera. */
  scenes?: Readonly<Record<string, Scene>>;
}

/** What the page's server reads: `connecting` before the broker answered, `recounting` while it reads what was there before it. */
export type FeedState = 'connecting' | 'recounting' | 'live';

/** The ledger; sent when something changed, at most five times per second, and at least every two seconds. */
export interface SnapshotMessage extends LedgerSnapshot {
  type: 'snapshot';
  feed: FeedState;
  /** How the groups of detectors stand to the log, looked at once a second; empty until then. */
  groups: readonly GroupAccount[];
  /** How the store of events stands; left out: this server keeps none. */
  store?: StoreState;
}

/**
 * The head of a binary message: one result with its frame.
 *
 *     uint32 BE   length n of the header in bytes
 *     n bytes     this, as JSON in UTF-8
 *     the rest    the frame's JPEG; empty when results do not carry their frame
 *
 * Boxes are in pixels of that very JPEG.
 */
export interface LiveFrameHeader
  extends Pick<FrameHeader, 'camera' | 'session' | 'frame' | 'capturedAtUs' | 'width' | 'height'> {
  type: 'frame';
  /** Wall clock at which the page's server read the result, microseconds since 1970. */
  resultAtUs: number;
  /** `<name>@<version>` */
  detector: string;
  inferenceUs: number;
  detections: Detection[];
  error?: ResultError;
  /** Nothing moved, and the model was spared. */
  gated?: true;
  /** Where this camera's tracks were last: a few frames before this one. Left out when there is none. */
  tracks?: readonly TrackPlace[];
}

/** What a client may send, at any time: what it wants to see from now on. */
export interface ViewMessage {
  type: 'view';
  /** Left out: every camera. Empty: no pictures, only the ledger. */
  cameras?: string[];
  /** Pictures per second and camera at most; left out: all of them. */
  maxFps?: number;
}

export type { CameraAccount, GroupAccount, LedgerSnapshot };
