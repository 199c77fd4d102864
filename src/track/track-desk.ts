import { DetectorOrders } from '../stage/order/detector-orders.ts';
import { inputPosition } from '../stage/order/input-position.ts';
import type { GroupProgress, Ordered, OrderOptions, SessionNews } from '../stage/order/order-types.ts';
import type { OrderedDesk } from '../stage/ordered-loop.ts';
import { type PartitionYield, PartitionYields } from '../stage/partition-yields.ts';
import type { PeopleBook } from '../stage/people/people-book.ts';
import type { StateYield } from '../stage/state-loop.ts';
import { encodeEvent, encodeFrameTracks } from '../topics/event-record.ts';
import { framesOfRanges } from '../topics/frame-ranges.ts';
import { encodeGapStatement } from '../topics/gap-statement.ts';
import { type IncomingRecord, type OutgoingRecord, recordRef } from '../topics/record.ts';
import { decodeResult, type Result } from '../topics/result-record.ts';
import { emptyScene, type Scene } from '../topics/scene.ts';
import type { SkipStatement } from '../topics/skip-statement.ts';
import { CameraTracks, type CameraTracksOptions, type SeenFrame } from './camera-tracks.ts';
import { encodeTrackState, type TrackState } from './track-state.ts';
import type { TrackerSettings } from './tracker.ts';

export interface TrackDeskOptions {
  /** Detector (`<name>@<version>`) that each camera's tracks follow. */
  follow: Readonly<Record<string, string>>;
  /** For cameras that are not named; left out: the detector whose result comes first. */
  otherwise?: string;
  delivery: (detector: string) => OrderOptions['delivery'];
  scenes: Readonly<Record<string, Scene>>;
  settings: TrackerSettings;
  /** Who is known; left out: nobody is recognised. */
  people?: PeopleBook;
  /** A stretch of frames without results, or a result that came too late. */
  onGap: (item: Extract<Ordered<SeenResult>, { type: 'gap' | 'late' }>) => void;
}

/** A result in the order of frames, and when it was written. */
type SeenResult = SeenFrame & { resultAtUs: number };

interface Camera {
  detector: string;
  partition: number;
  tracks: CameraTracks;
}

/** Beside its detections, what a held result costs. */
const resultBytes = 400;

/** From results as they come to events: order and tracks of all cameras in the partitions that are held. Pure. */
export class TrackDesk implements OrderedDesk<TrackState> {
  readonly #options: TrackDeskOptions;
  readonly #orders: DetectorOrders<SeenResult>;
  readonly #cameras = new Map<string, Camera>();
  readonly #made = new PartitionYields();

  constructor(options: TrackDeskOptions) {
    this.#options = options;
    this.#orders = new DetectorOrders(options.delivery);
  }

  wantingProgress(): Generator<{ detector: string; ticket: number }> {
    return this.#orders.wantingProgress();
  }

  /** Whether there is anything to write. */
  get hasMade(): boolean {
    return this.#made.hasMade;
  }

  get isUrgent(): boolean {
    return this.#made.isUrgent;
  }

  /** A partition is read by somebody else, or anew: nothing of it counts any more. */
  forget(partition: number): void {
    this.#made.forget(partition);
    this.#options.people?.takeBack(partition);
    this.#orders.forget(partition);
    for (const [name, camera] of this.#cameras) if (camera.partition === partition) this.#cameras.delete(name);
  }

  /** Goes on where an earlier reader of the partition left off. */
  restore(state: TrackState): void {
    const { camera, detector, partition } = state;
    if (detector !== this.#followed(camera, detector)) return;
    const tracks = new CameraTracks(this.#tracksOptions(camera, detector, partition), state.tracks);
    this.#cameras.set(camera, { detector, partition, tracks });
    this.#orders.of(detector).restore(camera, partition, state.order);
    for (const news of this.#orders.newsOf(camera)) this.#work(this.#orders.of(detector).learn(news));
  }

  /** @throws RECORD_INVALID when the record is no result */
  add(record: IncomingRecord): void {
    const result = decodeResult(record);
    const { camera, session, frame } = result.frame;
    const known = this.#cameras.get(camera);
    const { partition } = record;
    const made = this.#made.of(partition);
    // A replay looks at frames whose people have been followed.
    if (result.replay || result.detector !== this.#followed(camera, known?.detector ?? result.detector)) return;
    if (!known) this.#open(camera, result.detector, partition);
    const items = this.#orders.of(result.detector).add({
      camera,
      session,
      frame,
      input: inputPosition(result),
      output: { partition, offset: record.offset },
      sizeBytes: resultBytes + (record.headers.get('detections')?.length ?? 0),
      payload: { ...seenFrame(result, recordRef(record)), resultAtUs: record.timestampMs * 1000 },
    });
    made.cameras.add(camera);
    this.#work(items);
  }

  learn(news: SessionNews): void {
    this.#orders.keep(news);
    const detector = this.#cameras.get(news.camera)?.detector;
    if (detector !== undefined) this.#work(this.#orders.of(detector).learn(news));
  }

  /** Of the detector that the camera's tracks follow; what others skip is no hole here. */
  skip({ camera, session, detector, frames }: Pick<SkipStatement, 'camera' | 'session' | 'detector' | 'frames'>): void {
    if (this.#followed(camera, detector) !== detector) return;
    this.#work(this.#orders.of(detector).skip({ camera, session, frames: framesOfRanges(frames) }));
  }

  advance(detector: string, progress: GroupProgress): void {
    this.#work(this.#orders.of(detector).advance(progress));
  }

  /** Where reading a partition begins after a restart, when it was read up to `position`. */
  restartOffset(partition: number, position: bigint): bigint {
    return this.#orders.restartOffset(partition, position);
  }

  /** Takes out what was made, each camera's state with it. */
  take(): StateYield[] {
    return this.#made.take((camera) => this.#stateRecord(camera));
  }

  #stateRecord(name: string): OutgoingRecord[] {
    const camera = this.#cameras.get(name);
    const order = camera && this.#orders.of(camera.detector).stateOf(name);
    if (!order) return [];
    const { detector, partition, tracks } = camera;
    return [encodeTrackState({ camera: name, detector, partition, order, tracks: tracks.state() })];
  }

  #open(name: string, detector: string, partition: number): void {
    const tracks = new CameraTracks(this.#tracksOptions(name, detector, partition));
    this.#cameras.set(name, { detector, partition, tracks });
    for (const news of this.#orders.newsOf(name)) this.#orders.of(detector).learn(news);
  }

  #tracksOptions(camera: string, detector: string, partition: number): CameraTracksOptions {
    const { scenes, settings, people } = this.#options;
    const known = people ? { people: { book: people, owner: partition } } : {};
    return { camera, detector, scene: scenes[camera] ?? emptyScene, settings, ...known };
  }

  #followed(camera: string, fallback: string): string {
    return this.#options.follow[camera] ?? this.#options.otherwise ?? fallback;
  }

  #work(items: readonly Ordered<SeenResult>[]): void {
    for (const item of items) {
      const camera = this.#cameras.get(item.camera);
      if (!camera) continue;
      const made = this.#made.of(camera.partition);
      made.cameras.add(item.camera);
      this.#follow(item, camera.tracks, made);
    }
  }

  /** What a group has skipped it has stated itself. */
  #gapRecord({ camera, session, from, to, reason }: Extract<Ordered<SeenResult>, { type: 'gap' }>): OutgoingRecord[] {
    const detector = this.#cameras.get(camera)?.detector;
    if (reason === 'skipped' || detector === undefined) return [];
    return [encodeGapStatement({ camera, session, detector, first: from, last: to, reason })];
  }

  #follow(item: Ordered<SeenResult>, tracks: CameraTracks, made: PartitionYield): void {
    if (item.type === 'session-began') tracks.beginSession(item.session);
    if (item.type === 'gap' || item.type === 'late') this.#options.onGap(item);
    if (item.type === 'gap') made.records.push(...this.#gapRecord(item));
    if (item.type !== 'result' && item.type !== 'session-ended') return;
    const events = item.type === 'result' ? tracks.see(item.payload) : tracks.endSession();
    const resultAtUs = item.type === 'result' ? item.payload.resultAtUs : undefined;
    made.records.push(...events.map((event) => encodeEvent(event, resultAtUs)));
    made.records.push(...tracks.takePeople());
    made.isUrgent ||= events.length > 0;
    if (item.type !== 'result') return;
    const { frame } = item.payload;
    const places = tracks.framesTracks(frame);
    if (places) made.records.push(encodeFrameTracks(places, frame.capturedAtUs));
  }
}

/** What tracking needs of a result. @param ref of the result itself: `<topic>/<partition>/<offset>` */
export function seenFrame({ frame, detections, error, gated }: Result, ref: string): SeenFrame {
  return { frame, detections, ref, ...(error ? { error } : {}), ...(gated ? { gated } : {}) };
}
