import { bagLabels } from '../../topics/bag-labels.ts';
import type { Detection } from '../../topics/result-record.ts';
import type { Moment, TrackerState } from '../../track/tracker.ts';
import { motionBetween } from '../motion/block-motion.ts';
import type { GreyPicture } from '../motion/grey-picture.ts';
import { summariseMotion } from '../motion/motion-summary.ts';
import { PeopleFollower } from './follow-people.ts';
import type { SeenMoment } from './moment.ts';

/** A frame as it comes: what was detected, and its picture made small. */
export interface FrameSight extends Moment {
  /** Pixels. */
  width: number;
  height: number;
  detections: readonly Detection[];
  grey?: GreyPicture;
}

/** JSON, to go on with after a restart. */
export interface MomentMakerState {
  people: TrackerState;
  /** The last small picture, base64: the next one's motion is measured against it. */
  before?: { pixels: string; width: number; height: number; ptsUs: number };
}

/** Turns one frame after the other into moments: people get the names of their tracks, and motion is measured. Pure. */
export class MomentMaker {
  readonly #follower: PeopleFollower;
  #before: { grey: GreyPicture; ptsUs: number } | undefined;

  constructor(state?: MomentMakerState) {
    this.#follower = new PeopleFollower(undefined, state?.people);
    if (!state?.before) return;
    const { pixels, width, height, ptsUs } = state.before;
    this.#before = { grey: { pixels: new Uint8Array(Buffer.from(pixels, 'base64')), width, height }, ptsUs };
  }

  state(): MomentMakerState {
    const people = this.#follower.state();
    if (!this.#before) return { people };
    const { grey, ptsUs } = this.#before;
    const pixels = Buffer.from(grey.pixels).toString('base64');
    return { people, before: { pixels, width: grey.width, height: grey.height, ptsUs } };
  }

  /** Nothing moves and nobody looked: whoever was there is there. */
  stayStill({ ptsUs }: Pick<Moment, 'ptsUs'>): void {
    this.#follower.stayStill(ptsUs);
    this.#before = undefined;
  }

  /** Frames are missing: the next one's motion cannot be told. */
  forgetPicture(): void {
    this.#before = undefined;
  }

  make({ frame, ptsUs, capturedAtUs, width, height, detections, grey }: FrameSight): SeenMoment {
    const at = { frame, ptsUs, capturedAtUs };
    const people = this.#follower.see(at, detections);
    const things = detections.filter(({ label }) => bagLabels.has(label)).map(({ label, box }) => ({ label, box }));
    const moment = { ...at, ...(things.length > 0 ? { things } : {}) };
    const before = this.#before;
    this.#before = grey && { grey, ptsUs };
    const isComparable = before && grey && before.grey.width === grey.width && before.grey.height === grey.height;
    if (!isComparable || ptsUs <= before.ptsUs) return { ...moment, width, height, people };
    const motion = summariseMotion({
      motion: motionBetween(before.grey, grey),
      seconds: (ptsUs - before.ptsUs) / 1e6,
      boxes: people.map(({ box }) => box),
      width,
      greyWidth: grey.width,
    });
    return { ...moment, width, height, people, motion };
  }
}
