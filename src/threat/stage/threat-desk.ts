import { DetectorOrders } from '../../stage/order/detector-orders.ts';
import { inputPosition } from '../../stage/order/input-position.ts';
import type { GroupProgress, Ordered, OrderOptions, SessionNews } from '../../stage/order/order-types.ts';
import type { OrderedDesk } from '../../stage/ordered-loop.ts';
import { type PartitionYield, PartitionYields } from '../../stage/partition-yields.ts';
import type { StateYield } from '../../stage/state-loop.ts';
import { encodeEvent } from '../../topics/event-record.ts';
import type { TrackEvent } from '../../topics/event-schema.ts';
import { framesOfRanges } from '../../topics/frame-ranges.ts';
import { encodeGapStatement } from '../../topics/gap-statement.ts';
import { type IncomingRecord, type OutgoingRecord, recordRef } from '../../topics/record.ts';
import { decodeResult, type Result } from '../../topics/result-record.ts';
import type { SkipStatement } from '../../topics/skip-statement.ts';
import type { GreyPicture } from '../motion/grey-picture.ts';
import { CameraThreats, type CameraThreatsOptions, type ThreatSight } from './camera-threats.ts';
import type { SmallPictures } from './small-pictures.ts';
import { encodeThreatState, type ThreatState } from './threat-state.ts';

export interface ThreatDeskOptions extends Pick<CameraThreatsOptions, 'kinds' | 'model'> {
  /** Detectors (`<name>@<version>`) whose results are judged. */
  detectors: readonly string[];
  delivery: (detector: string) => OrderOptions['delivery'];
  pictures: Pick<SmallPictures, 'of'>;
  /** Whether an event is to be written: somebody quicker may have told of that moment. */
  isNews: (event: TrackEvent) => boolean;
  nowMs(): number;
}

/** A result in the order of frames, and when it was written. */
type Judged = ThreatSight & Pick<Result, 'error'> & { resultAtUs: number };

interface Camera {
  partition: number;
  /** By detector. */
  threats: Map<string, CameraThreats>;
}

/** Beside its detections and its small picture, what a held result costs. */
const resultBytes = 400;

/** From results as they come to suspicions, each camera and detector in the order of its frames: every one is judged. */
export class ThreatDesk implements OrderedDesk<ThreatState> {
  readonly #options: ThreatDeskOptions;
  readonly #orders: DetectorOrders<Judged>;
  readonly #cameras = new Map<string, Camera>();
  readonly #made = new PartitionYields();
  readonly #greys = new WeakMap<IncomingRecord, GreyPicture>();

  constructor(options: ThreatDeskOptions) {
    this.#options = options;
    this.#orders = new DetectorOrders(options.delivery);
  }

  wantingProgress(): Generator<{ detector: string; ticket: number }> {
    return this.#orders.wantingProgress();
  }

  get hasMade(): boolean {
    return this.#made.hasMade;
  }

  get isUrgent(): boolean {
    return this.#made.isUrgent;
  }

  forget(partition: number): void {
    this.#made.forget(partition);
    this.#orders.forget(partition);
    for (const [name, camera] of this.#cameras) if (camera.partition === partition) this.#cameras.delete(name);
  }

  restore({ camera, partition, detectors }: ThreatState): void {
    for (const [detector, { order, threats }] of Object.entries(detectors)) {
      if (!this.#options.detectors.includes(detector)) continue;
      this.#cameraOf(camera, partition).threats.set(detector, this.#openThreats(detector, threats));
      this.#orders.of(detector).restore(camera, partition, order);
      for (const news of this.#orders.newsOf(camera)) this.#work(detector, this.#orders.of(detector).learn(news));
    }
  }

  /** Decodes the picture. */
  async prepare(record: IncomingRecord): Promise<void> {
    const result = decodeResult(record);
    if (!this.#isJudged(result) || result.error || result.gated) return;
    const grey = await this.#options.pictures.of(record, result.frame);
    if (grey) this.#greys.set(record, grey);
  }

  add(record: IncomingRecord): void {
    const result = decodeResult(record);
    const { partition, offset } = record;
    const made = this.#made.of(partition);
    if (!this.#isJudged(result)) return;
    const { frame, detections, detector, error, gated } = result;
    const { camera, session } = frame;
    this.#open(camera, partition, detector);
    made.cameras.add(camera);
    const grey = this.#greys.get(record);
    const resultAtUs = record.timestampMs * 1000;
    const sight = { frame, resultRef: recordRef(record), detections, resultAtUs };
    const items = this.#orders.of(detector).add({
      camera,
      session,
      frame: frame.frame,
      input: inputPosition(result),
      output: { partition, offset },
      sizeBytes: resultBytes + (record.headers.get('detections')?.length ?? 0) + (grey?.pixels.length ?? 0),
      payload: { ...sight, ...(grey ? { grey } : {}), ...(error ? { error } : {}), ...(gated ? { gated } : {}) },
    });
    this.#work(detector, items);
  }

  learn(news: SessionNews): void {
    this.#orders.keep(news);
    for (const detector of this.#cameras.get(news.camera)?.threats.keys() ?? []) {
      this.#work(detector, this.#orders.of(detector).learn(news));
    }
  }

  skip({ camera, session, detector, frames }: Pick<SkipStatement, 'camera' | 'session' | 'detector' | 'frames'>): void {
    if (!this.#options.detectors.includes(detector)) return;
    this.#work(detector, this.#orders.of(detector).skip({ camera, session, frames: framesOfRanges(frames) }));
  }

  advance(detector: string, progress: GroupProgress): void {
    this.#work(detector, this.#orders.of(detector).advance(progress));
  }

  restartOffset(partition: number, position: bigint): bigint {
    return this.#orders.restartOffset(partition, position);
  }

  take(): StateYield[] {
    return this.#made.take((camera) => this.#stateRecord(camera));
  }

  #isJudged({ detector, replay }: Result): boolean {
    // A replay looks at frames that were judged.
    return !replay && this.#options.detectors.includes(detector);
  }

  #stateRecord(name: string): OutgoingRecord[] {
    const camera = this.#cameras.get(name);
    if (!camera) return [];
    const detectors: ThreatState['detectors'] = {};
    for (const [detector, threats] of camera.threats) {
      const order = this.#orders.of(detector).stateOf(name);
      if (order) detectors[detector] = { order, threats: threats.state() };
    }
    const { partition } = camera;
    return [encodeThreatState({ camera: name, partition, detectors }, this.#options.nowMs() * 1000)];
  }

  #open(name: string, partition: number, detector: string): void {
    const { threats } = this.#cameraOf(name, partition);
    if (threats.has(detector)) return;
    threats.set(detector, this.#openThreats(detector));
    for (const news of this.#orders.newsOf(name)) this.#orders.of(detector).learn(news);
  }

  #openThreats(detector: string, state?: Parameters<typeof openThreats>[2]): CameraThreats {
    return openThreats(this.#options, detector, state);
  }

  #cameraOf(name: string, partition: number): Camera {
    const known = this.#cameras.get(name);
    if (known) return known;
    const camera = { partition, threats: new Map<string, CameraThreats>() };
    this.#cameras.set(name, camera);
    return camera;
  }

  #work(detector: string, items: readonly Ordered<Judged>[]): void {
    for (const item of items) {
      const camera = this.#cameras.get(item.camera);
      const threats = camera?.threats.get(detector);
      if (!camera || !threats) continue;
      const made = this.#made.of(camera.partition);
      made.cameras.add(item.camera);
      if (item.type === 'session-began') threats.beginSession(item.session);
      if (item.type === 'gap') {
        threats.gap();
        made.records.push(...gapRecords(item, detector));
      }
      if (item.type === 'result') this.#judge(item.payload, threats, made);
    }
  }

  #judge(payload: Judged, threats: CameraThreats, made: PartitionYield): void {
    const { nowMs, isNews } = this.#options;
    if (payload.error) {
      threats.gap();
      return;
    }
    const events = threats.see(payload, nowMs() * 1000).filter(isNews);
    made.records.push(...events.map((event) => encodeEvent(event, payload.resultAtUs)));
    made.isUrgent ||= events.length > 0;
  }
}

function openThreats(
  { kinds, model }: Pick<ThreatDeskOptions, 'kinds' | 'model'>,
  detector: string,
  state?: ThreatState['detectors'][string]['threats'],
): CameraThreats {
  return new CameraThreats({ detector, kinds, model, speed: 'complete' }, state);
}

/** What a detector's group has skipped it has stated itself. */
function gapRecords(
  { camera, session, from, to, reason }: Extract<Ordered<Judged>, { type: 'gap' }>,
  detector: string,
): OutgoingRecord[] {
  if (reason === 'skipped') return [];
  return [encodeGapStatement({ camera, session, detector, group: 'threat', first: from, last: to, reason })];
}
