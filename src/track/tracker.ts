import type { FrameHeader } from '../topics/frame-record.ts';
import type { Box, Detection } from '../topics/result-record.ts';
import { assign } from './assign.ts';
import { boxOf, correct, type Motion, predict, startMotion } from './motion.ts';
import { overlap, widened } from './overlap.ts';

/** Times are stream times, so that every frame rate gives the same tracks. */
export interface TrackerSettings {
  /** Detections from this score on take part in the first association. */
  highScore: number;
  /** Only detections from this score on begin a track. */
  beginScore: number;
  /** Detections below are ignored. */
  lowScore: number;
  /** A track is real once it was seen for so long, twice at least. */
  confirmAfterMs: number;
  /** A track that was not seen for so long has ended. */
  endAfterMs: number;
}

export const defaultTrackerSettings: TrackerSettings = {
  highScore: 0.5,
  beginScore: 0.6,
  lowScore: 0.1,
  confirmAfterMs: 150,
  endAfterMs: 2000,
};

/** A moment of a stream: which frame, its two times, and where its result lies. */
export interface Moment extends Pick<FrameHeader, 'frame' | 'ptsUs' | 'capturedAtUs'> {
  /** `<topic>/<partition>/<offset>` */
  ref?: string;
}

export type TrackPhase = 'new' | 'seen' | 'lost';

export interface Track {
  /** `<first frame>.<n>` within the session: the same in every replay. */
  id: string;
  /** 1, 2, 3 … of those that were real, in the order in which they became so; 0 before. */
  number: number;
  label: string;
  phase: TrackPhase;
  motion: Motion;
  /** Where it is, in frame pixels: as it was seen, smoothed; for a lost one where it is expected. */
  box: Box;
  /** Score of the last detection. */
  score: number;
  first: Moment;
  last: Moment;
  /** Frames in which it was seen. */
  frames: number;
  /** Nothing moved up to then, stream time: whoever stood there stands there. */
  stillUntilUs?: number;
  /** Not seen at the one look between still frames: not seen at the next one either, it is lost. */
  isDoubted?: true;
}

/** What became of tracks in one frame. */
export interface TrackChange {
  type: 'began' | 'lost' | 'found' | 'ended';
  track: Track;
}

export interface TrackerState {
  tracks: Track[];
  realTracks: number;
  ptsUs: number | undefined;
  /** Nothing moved in the last frame. */
  wasStill?: boolean;
}

/** Least overlap, of boxes made wider so that small and quick things meet themselves again. */
const firstStep = { widenBy: 0.1, leastOverlap: 0.15 };
const secondStep = { widenBy: 0.1, leastOverlap: 0.4 };
const newStep = { widenBy: 0.25, leastOverlap: 0.25 };
/** A detection on top of something that was just seen begins nothing. */
const sameThing = 0.6;
/** Two frames closer than this count as this far apart. */
const leastStepMs = 1;

/** A track with the detection that it was seen as. */
export interface Sighting {
  track: Track;
  detection: Detection;
}

/**
 * Follows things from frame to frame (ByteTrack, Zhang et al. 2022): certain detections are matched with all tracks
 * first, then the uncertain ones with what is left of the tracks seen last, so that somebody half hidden is not lost,
 * and noise begins nothing. Pure and deterministic: the same frames give the same tracks and ids.
 */
export class Tracker {
  readonly #settings: TrackerSettings;
  #tracks: Track[];
  #realTracks: number;
  #ptsUs: number | undefined;
  #wasStill: boolean;
  #sightings: readonly Sighting[] = [];

  constructor(settings: TrackerSettings = defaultTrackerSettings, state?: TrackerState) {
    this.#settings = settings;
    this.#tracks = structuredClone(state?.tracks ?? []);
    this.#realTracks = state?.realTracks ?? 0;
    this.#ptsUs = state?.ptsUs;
    this.#wasStill = state?.wasStill ?? false;
  }

  /** Tracks that are real: seen in the last frame, or lost and waited for. */
  get tracks(): Track[] {
    return this.#tracks.filter(({ phase }) => phase !== 'new');
  }

  /** The tracks that were seen in the last frame, new ones included, each with its detection. */
  get sightings(): readonly Sighting[] {
    return this.#sightings;
  }

  state(): TrackerState {
    return {
      tracks: structuredClone(this.#tracks),
      realTracks: this.#realTracks,
      ptsUs: this.#ptsUs,
      wasStill: this.#wasStill,
    };
  }

  /** The next frame, with what was seen in it. */
  update(moment: Moment, detections: readonly Detection[]): TrackChange[] {
    this.#predict(moment);
    const { highScore, lowScore } = this.#settings;
    const certain = detections.filter(({ score }) => score >= highScore);
    const uncertain = detections.filter(({ score }) => score >= lowScore && score < highScore);
    const changes: TrackChange[] = [];

    const known = this.#tracks.filter(({ phase }) => phase !== 'new');
    const first = associate(known, certain, firstStep);
    const leftSeen = first.tracks.filter(({ phase }) => phase === 'seen');
    const second = associate(leftSeen, uncertain, secondStep);
    const third = associate(
      this.#tracks.filter(({ phase }) => phase === 'new'),
      first.detections,
      newStep,
    );

    const sightings = [...first.pairs, ...second.pairs, ...third.pairs];
    for (const sighting of sightings) this.#see(sighting, moment, changes);
    this.#miss(new Set(sightings.map(({ track }) => track)), moment, changes);
    this.#sightings = [...sightings, ...this.#begin(third.detections, moment)];
    this.#wasStill = false;
    return changes;
  }

  /**
   * The next frame, in which nothing moves and at which nobody looked: whoever was seen stays where they are, and who was
   * lost before is not back.
   */
  stayStill({ ptsUs }: Pick<Moment, 'ptsUs'>): TrackChange[] {
    this.#ptsUs = ptsUs;
    this.#wasStill = true;
    this.#sightings = [];
    for (const track of this.#tracks) if (track.phase === 'seen') track.stillUntilUs = ptsUs;
    const over = this.#tracks.filter((track) => track.phase === 'lost' && this.#isOver(track, ptsUs));
    this.#tracks = this.#tracks.filter((track) => !over.includes(track));
    return over.map((track) => ({ type: 'ended', track }));
  }

  /** The session is over: everything in it has ended. */
  end(): TrackChange[] {
    const ended = this.tracks.map((track) => ({ type: 'ended' as const, track }));
    this.#tracks = [];
    return ended;
  }

  #predict({ ptsUs }: Moment): void {
    const seconds = Math.max(leastStepMs * 1000, ptsUs - (this.#ptsUs ?? ptsUs)) / 1e6;
    this.#ptsUs = ptsUs;
    for (const track of this.#tracks) {
      track.motion = predict(track.motion, seconds, { keepsSize: track.phase === 'lost' });
      track.box = boxOf(track.motion);
    }
  }

  #see({ track, detection }: Sighting, moment: Moment, changes: TrackChange[]): void {
    track.motion = correct(track.motion, detection.box);
    track.box = boxOf(track.motion);
    track.score = detection.score;
    track.last = { ...moment };
    track.frames += 1;
    delete track.isDoubted;
    delete track.stillUntilUs;
    if (track.phase === 'lost') changes.push({ type: 'found', track });
    else if (track.phase === 'new') {
      if (moment.ptsUs - track.first.ptsUs < this.#settings.confirmAfterMs * 1000) return;
      track.number = ++this.#realTracks;
      changes.push({ type: 'began', track });
    }
    track.phase = 'seen';
  }

  #miss(seen: ReadonlySet<Track>, { ptsUs }: Moment, changes: TrackChange[]): void {
    this.#tracks = this.#tracks.filter((track) => {
      if (seen.has(track)) return true;
      if (track.phase === 'new') return false;
      if (track.phase === 'seen' && this.#wasStill && !track.isDoubted) {
        track.isDoubted = true;
        return true;
      }
      if (track.phase === 'seen') changes.push({ type: 'lost', track });
      track.phase = 'lost';
      if (!this.#isOver(track, ptsUs)) return true;
      changes.push({ type: 'ended', track });
      return false;
    });
  }

  #isOver({ last, stillUntilUs = 0 }: Track, ptsUs: number): boolean {
    return ptsUs - Math.max(last.ptsUs, stillUntilUs) >= this.#settings.endAfterMs * 1000;
  }

  #begin(detections: readonly Detection[], moment: Moment): Sighting[] {
    const seen = this.#tracks.filter(({ phase }) => phase === 'seen');
    const begun: Sighting[] = [];
    for (const detection of detections) {
      const { label, score, box } = detection;
      if (score < this.#settings.beginScore) continue;
      if (seen.some((track) => track.label === label && overlap(track.box, box) > sameThing)) continue;
      const track: Track = {
        id: `${moment.frame}.${begun.length}`,
        number: 0,
        label,
        phase: 'new',
        motion: startMotion(box),
        box,
        score,
        first: { ...moment },
        last: { ...moment },
        frames: 1,
      };
      this.#tracks.push(track);
      begun.push({ track, detection });
    }
    return begun;
  }
}

/** Pairs tracks with detections of their label where they overlap most. @returns the pairs, and what is left of both */
function associate(
  tracks: readonly Track[],
  detections: readonly Detection[],
  { widenBy, leastOverlap }: { widenBy: number; leastOverlap: number },
): { pairs: Sighting[]; tracks: Track[]; detections: Detection[] } {
  const wide = (box: Box) => widened(box, widenBy);
  const boxes = detections.map(({ box }) => wide(box));
  const costs = tracks.map((track) => {
    const box = wide(track.box);
    return detections.map(({ label }, index) => {
      const other = boxes[index];
      return label === track.label && other ? 1 - overlap(box, other) : 1;
    });
  });
  const pairs = assign(costs, 1 - leastOverlap).flatMap(([row, column]) => {
    const [track, detection] = [tracks[row], detections[column]];
    return track && detection ? [{ track, detection }] : [];
  });
  const [taken, used] = [new Set(pairs.map(({ track }) => track)), new Set(pairs.map(({ detection }) => detection))];
  return {
    pairs,
    tracks: tracks.filter((track) => !taken.has(track)),
    detections: detections.filter((detection) => !used.has(detection)),
  };
}
