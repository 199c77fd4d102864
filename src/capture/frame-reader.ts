import type { Frame } from './ffmpeg.ts';

/** A decoded picture as FFmpeg holds it. */
export interface DecodedFrame {
  /** Belongs to the reader: valid until the next call of `next()`. */
  picture: Frame;
  /** Stream time in microseconds. */
  ptsUs: number;
  /** Wall clock in microseconds when the packet that completed the picture came in. */
  arrivedAtUs: number;
}

/** What a reader tells while it reads. */
export interface ReaderEvents {
  /** One frame of the source could not be decoded; reading goes on. */
  onDamaged(): void;
  /** So many frames of the source never came: their packets were lost. */
  onMissing(frames: number): void;
}

/** Decoded pictures of one opened source, in the order of their stream time. */
export interface FrameReader {
  /** A live source has no end: when it ends, something failed. Known once `open` has resolved. */
  readonly live: boolean;
  /** @throws a SOURCE_… fault that names the source without its password */
  open(): Promise<void>;
  /** @returns undefined at the end. @throws a SOURCE_… fault; SOURCE_SILENT after the silence limit of a live source */
  next(): Promise<DecodedFrame | undefined>;
  /** Makes an `open` or `next` under way come back at once (it then throws or returns undefined). May be called any time. */
  interrupt(): void;
  /** Frees everything. Only after `open` and `next` have come back. */
  close(): Promise<void>;
}
