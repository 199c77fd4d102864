import { jointsOf } from '../../topics/joints.ts';
import type { Detection } from '../../topics/result-record.ts';
import { overlap } from '../../track/overlap.ts';
import {
  defaultTrackerSettings,
  type Moment,
  Tracker,
  type TrackerSettings,
  type TrackerState,
} from '../../track/tracker.ts';
import type { SeenPerson } from './moment.ts';

/** People who fight are seen badly: half hidden, bent, blurred. They are followed from lower scores on than elsewhere. */
export const fightTrackerSettings: TrackerSettings = {
  ...defaultTrackerSettings,
  highScore: 0.3,
  beginScore: 0.3,
  confirmAfterMs: 0,
  endAfterMs: 1000,
};

const personLabel = 'person';

/** Gives people of one frame after the other the names of their tracks. Pure. */
export class PeopleFollower {
  readonly #tracker: Tracker;

  constructor(settings: TrackerSettings = fightTrackerSettings, state?: TrackerState) {
    this.#tracker = new Tracker(settings, state);
  }

  state(): TrackerState {
    return this.#tracker.state();
  }

  /** Nothing moves: whoever was seen stays where they are. */
  stayStill(ptsUs: number): void {
    this.#tracker.stayStill({ ptsUs });
  }

  /** @returns the people of tracks seen in this frame, with the boxes and joints of their detections */
  see(moment: Moment, detections: readonly Detection[]): SeenPerson[] {
    const people = detections.filter(({ label }) => label === personLabel);
    this.#tracker.update(moment, people);
    const seen = this.#tracker.tracks.filter(({ last }) => last.frame === moment.frame);
    const free = new Set(people);
    return seen.flatMap(({ id, box, score }) => {
      // The tracker smooths the box; the detection it took has the same score and lies closest.
      const [detection] = [...free]
        .filter((each) => each.score === score)
        .sort((a, b) => overlap(b.box, box) - overlap(a.box, box));
      if (!detection) return [];
      free.delete(detection);
      const joints = jointsOf(detection);
      return [{ track: id, box: detection.box, score, ...(joints ? { joints } : {}) }];
    });
  }
}
