import { faceThresholds } from '../stage/people/face-thresholds.ts';
import type { PeopleBook } from '../stage/people/people-book.ts';
import type { FrameTracks, TrackEvent } from '../topics/event-schema.ts';
import { type FaceAttribute, faceOf } from '../topics/face-attribute.ts';
import { type FrameHeader, frameId } from '../topics/frame-record.ts';
import type { OutgoingRecord } from '../topics/record.ts';
import type { Detection, Result } from '../topics/result-record.ts';
import type { Scene } from '../topics/scene.ts';
import type { FaceEvidence } from './faces/face-evidence.ts';
import { type FaceNews, FaceWatch } from './faces/face-watch.ts';
import { footOf, isInside } from './geometry.ts';
import { type PlaceChange, PlaceWatch, type Whereabouts } from './place-watch.ts';
import {
  type Moment,
  type Track,
  type TrackChange,
  Tracker,
  type TrackerSettings,
  type TrackerState,
} from './tracker.ts';

/** What tracking needs of a result: everything but the picture. */
export type SeenFrame = Pick<Result, 'frame' | 'detections' | 'error' | 'gated'> & Pick<Moment, 'ref'>;

export interface CameraTracksOptions {
  camera: string;
  /** `<name>@<version>` */
  detector: string;
  scene: Scene;
  settings: TrackerSettings;
  /** Who is known; left out: nobody is recognised. */
  people?: { book: PeopleBook; owner: number };
}

/** JSON, to go on with after a restart. */
export interface CameraTracksState {
  session: string;
  tracker: TrackerState;
  picture: { width: number; height: number };
  whereabouts: Record<string, Whereabouts>;
  inside: Record<string, number>;
  crossed: Record<string, { in: number; out: number }>;
  /** The frame before had tracks: that the next one has none is news. */
  hadTracks?: boolean;
  faces?: Record<string, FaceEvidence>;
}

/** One camera's tracks with what they do, from results in the order of frames. Pure. */
export class CameraTracks {
  readonly #options: CameraTracksOptions;
  readonly #places: PlaceWatch;
  readonly #faces: FaceWatch | undefined;
  #tracker: Tracker;
  #session: string;
  #picture: { width: number; height: number };
  #whereabouts: Map<string, Whereabouts>;
  #inside: Map<string, number>;
  #crossed: Map<string, { in: number; out: number }>;
  #hadTracks: boolean;

  constructor(options: CameraTracksOptions, state?: CameraTracksState) {
    this.#options = options;
    this.#places = new PlaceWatch(options.scene);
    const { people } = options;
    this.#faces = people && new FaceWatch(people.book, people.owner, state?.faces);
    this.#tracker = new Tracker(options.settings, state?.tracker);
    this.#session = state?.session ?? '';
    this.#picture = state?.picture ?? { width: 1, height: 1 };
    this.#whereabouts = new Map(Object.entries(structuredClone(state?.whereabouts ?? {})));
    this.#inside = new Map(Object.entries(state?.inside ?? {}));
    this.#crossed = new Map(Object.entries(structuredClone(state?.crossed ?? {})));
    this.#hadTracks = state?.hadTracks ?? false;
  }

  state(): CameraTracksState {
    return {
      session: this.#session,
      tracker: this.#tracker.state(),
      picture: this.#picture,
      whereabouts: structuredClone(Object.fromEntries(this.#whereabouts)),
      inside: Object.fromEntries(this.#inside),
      crossed: structuredClone(Object.fromEntries(this.#crossed)),
      hadTracks: this.#hadTracks,
      ...(this.#faces ? { faces: this.#faces.state() } : {}),
    };
  }

  /** Everything counts anew, unless it is the session that went on. */
  beginSession(session: string): void {
    if (session === this.#session) return;
    this.#session = session;
    this.#tracker = new Tracker(this.#options.settings);
    this.#whereabouts = new Map();
    this.#inside = new Map();
    this.#crossed = new Map();
  }

  endSession(): TrackEvent[] {
    return this.#tracker.end().flatMap((change) => this.#tell(change));
  }

  /** A frame that could not be looked at tells nothing, and takes nothing away; one that need not be says that nobody moved. */
  see({ frame, detections, error, gated, ref }: SeenFrame): TrackEvent[] {
    if (error) return [];
    if (gated) return this.#tracker.stayStill(frame).flatMap((change) => this.#tell(change));
    this.#picture = { width: frame.width, height: frame.height };
    const changes = this.#tracker.update(
      momentOf(frame, ref),
      detections.filter((each) => !this.#isMasked(each)),
    );
    const events = changes.flatMap((change) => this.#tell(change));
    for (const track of this.#tracker.tracks) {
      if (track.phase === 'seen') events.push(...this.#move(track));
    }
    return [...events, ...this.#recognise()];
  }

  /** What is to be written of people since the last time. */
  takePeople(): OutgoingRecord[] {
    return this.#faces?.takeRecords() ?? [];
  }

  /** Undefined while there is none, and there was none in the frame before. */
  framesTracks({ session, frame }: FrameHeader): FrameTracks | undefined {
    const { camera, detector } = this.#options;
    const tracks = this.#tracker.tracks.map((track) => ({
      track: this.#nameOf(track),
      number: track.number,
      label: track.label,
      isSeen: track.phase === 'seen',
      box: track.box,
    }));
    const isNews = tracks.length > 0 || this.#hadTracks;
    this.#hadTracks = tracks.length > 0;
    return isNews ? { camera, session, frame, detector, tracks } : undefined;
  }

  #recognise(): TrackEvent[] {
    const faces = this.#faces;
    if (!faces) return [];
    const { sightings, tracks } = this.#tracker;
    faces.keep(new Set([...tracks, ...sightings.map(({ track }) => track)].map((track) => this.#nameOf(track))));
    return sightings.flatMap(({ track, detection }) => {
      const face = faceOf(detection);
      if (!face) return [];
      const at = track.last;
      const frame = frameId({ camera: this.#options.camera, session: this.#session, frame: at.frame });
      const seen = { track: this.#nameOf(track), frame, atUs: at.capturedAtUs, face };
      const news = faces.see(seen, track.phase === 'seen');
      return news ? [{ ...this.#event(track, at, news.type), ...faceDetails(news, face) }] : [];
    });
  }

  #isMasked({ box }: Detection): boolean {
    const { masks } = this.#options.scene;
    return masks.length > 0 && masks.some((corners) => isInside(footOf(box, this.#picture), corners));
  }

  #tell({ type, track }: TrackChange): TrackEvent[] {
    const at = type === 'began' ? track.first : track.last;
    const event = this.#event(track, at, `track-${type}`);
    if (type !== 'ended') return [event];
    const whereabouts = this.#whereabouts.get(track.id);
    this.#whereabouts.delete(track.id);
    const left = whereabouts ? this.#places.end(whereabouts, track.last.ptsUs) : [];
    return [...left.map((change) => this.#placed(track, change)), event];
  }

  #move(track: Track): TrackEvent[] {
    const whereabouts = this.#whereabouts.get(track.id) ?? { visits: {}, sides: {} };
    this.#whereabouts.set(track.id, whereabouts);
    const { box, last } = track;
    const changes = this.#places.move(whereabouts, { box, picture: this.#picture, ptsUs: last.ptsUs });
    return changes.map((change) => this.#placed(track, change));
  }

  #placed(track: Track, change: PlaceChange): TrackEvent {
    const event = this.#event(track, track.last, change.type);
    if (change.type === 'line-crossed') {
      const counts = this.#crossed.get(change.line) ?? { in: 0, out: 0 };
      counts[change.direction] += 1;
      this.#crossed.set(change.line, counts);
      const { line, direction } = change;
      return { ...event, id: `${event.id}/${line}`, line, direction, counts: { ...counts } };
    }
    const inside = (this.#inside.get(change.zone) ?? 0) + (change.type === 'zone-entered' ? 1 : -1);
    this.#inside.set(change.zone, inside);
    const dwell = change.type === 'zone-left' ? { dwellMs: change.dwellMs } : {};
    return { ...event, id: `${event.id}/${change.zone}`, zone: change.zone, inside, ...dwell };
  }

  #event(track: Track, at: Moment, type: TrackEvent['type']): TrackEvent {
    const { camera, detector } = this.#options;
    const moments = [track.first, at, ...(type === 'track-began' ? [track.last] : [])];
    const shown = [...new Map(moments.map((moment) => [moment.frame, moment])).values()];
    const refs = shown.flatMap(({ ref }) => ref ?? []);
    return {
      id: `${this.#nameOf(track)}/${type}/${at.frame}`,
      type,
      camera,
      session: this.#session,
      detector,
      track: this.#nameOf(track),
      number: track.number,
      label: track.label,
      frame: at.frame,
      ptsUs: at.ptsUs,
      atUs: at.capturedAtUs,
      box: track.box,
      score: track.score,
      evidence: shown.map(({ frame }) => frameId({ camera, session: this.#session, frame })),
      ...(refs.length === shown.length ? { evidenceRefs: refs } : {}),
      durationMs: (at.ptsUs - track.first.ptsUs) / 1000,
    };
  }

  #nameOf({ id }: Track): string {
    return `${this.#options.camera}/${this.#session}/${id}`;
  }
}

function faceDetails(
  { person, isNew, type, sightings, agreeing, distance, gallery }: FaceNews,
  { box }: FaceAttribute,
) {
  const threshold = type === 'face-known' ? faceThresholds.same : faceThresholds.other;
  const near = distance === undefined ? {} : { distance: Math.round(distance * 1e4) / 1e4 };
  return {
    person: person.person,
    ...(person.name === undefined ? {} : { name: person.name }),
    ...(type === 'face-unknown' ? { isNew } : {}),
    face: { box, sightings, agreeing, ...near, threshold, gallery },
  };
}

function momentOf({ frame, ptsUs, capturedAtUs }: FrameHeader, ref: string | undefined): Moment {
  return { frame, ptsUs, capturedAtUs, ...(ref === undefined ? {} : { ref }) };
}
