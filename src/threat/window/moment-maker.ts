import type { Detection } from '../../topics/result-record.ts';
import type { Moment } from '../../track/tracker.ts';
import { matchBlocks } from '../motion/block-motion.ts';
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

/** Turns one frame after the other into moments: people get the names of their tracks, and motion is measured. Pure. */
export class MomentMaker {
  #follower = new PeopleFollower();
  #before: { grey: GreyPicture; ptsUs: number } | undefined;

  /** Another session: nobody is known any more. */
  clear(): void {
    this.#follower = new PeopleFollower();
    this.#before = undefined;
  }

  make({ frame, ptsUs, capturedAtUs, width, height, detections, grey }: FrameSight): SeenMoment {
    const moment = { frame, ptsUs, capturedAtUs };
    const people = this.#follower.see(moment, detections);
    const before = this.#before;
    this.#before = grey && { grey, ptsUs };
    const isComparable = before && grey && before.grey.width === grey.width && before.grey.height === grey.height;
    if (!isComparable || ptsUs <= before.ptsUs) return { ...moment, width, height, people };
    const motion = summariseMotion({
      motion: matchBlocks(before.grey, grey),
      seconds: (ptsUs - before.ptsUs) / 1e6,
      boxes: people.map(({ box }) => box),
      width,
      greyWidth: grey.width,
    });
    return { ...moment, width, height, people, motion };
  }
}
