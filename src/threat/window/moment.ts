import type { Joint } from '../../topics/joints.ts';
import type { Box } from '../../topics/result-record.ts';
import type { MotionSummary } from '../motion/motion-summary.ts';

/** A person in one frame, with the name of the track that goes through the frames. */
export interface SeenPerson {
  track: string;
  box: Box;
  /** Of the detection, 0..1. */
  score: number;
  joints?: readonly Joint[];
}

/** Something that people carry and put down. */
export interface SeenThing {
  label: string;
  box: Box;
}

/** What is known of one frame: everything that a window looks at. */
export interface SeenMoment {
  frame: number;
  /** Stream time. */
  ptsUs: number;
  /** Wall clock of the capture. */
  capturedAtUs: number;
  /** Pixels. */
  width: number;
  height: number;
  people: readonly SeenPerson[];
  /** Bags that the detector reports; left out: none. */
  things?: readonly SeenThing[];
  /** What moved since the frame before; undefined for the first, and where no picture was at hand. */
  motion?: MotionSummary;
}
