import type { TrackEvent } from '../../topics/event-schema.ts';
import { decodeFrameHeader } from '../../topics/frame-record.ts';
import type { GapGroup, GapStatement } from '../../topics/gap-statement.ts';
import { type IncomingRecord, recordRef } from '../../topics/record.ts';
import { decodeResult, type Result } from '../../topics/result-record.ts';
import { CameraThreats, type CameraThreatsOptions } from './camera-threats.ts';
import { type Hasty, HastyOrder } from './hasty-order.ts';
import type { SmallPictures } from './small-pictures.ts';

export interface UrgentDeskOptions extends Pick<CameraThreatsOptions, 'kinds' | 'model'> {
  /** Detectors (`<name>@<version>`) whose results are judged. */
  detectors: readonly string[];
  pictures: Pick<SmallPictures, 'of'>;
  nowMs(): number;
}

/** A suspicion, and when the result was written that gave rise to it. */
export interface UrgentEvent {
  event: TrackEvent;
  resultAtUs: number;
}

interface Waiting {
  result: Result;
  record: IncomingRecord;
}

interface Watched {
  order: HastyOrder<Waiting>;
  threats: CameraThreats;
}

/** A result that is read so long after it was written is passed over: this group is behind, and is to be with the newest again. */
export const urgentWithinMs = 2000;
export const urgentGroup: GapGroup = 'threat-urgent';

/**
 * From results as they come to suspicions, at once: what is missing is not waited for, and what is too old is passed over
 * unseen and counted. Each camera and detector has an order and a memory of its own.
 */
export class UrgentDesk {
  readonly #options: UrgentDeskOptions;
  readonly #watched = new Map<string, Watched>();
  /** Frames that were passed over since they were asked for, by camera, session and detector. */
  readonly #passedOver = new Map<
    string,
    { about: Pick<GapStatement, 'camera' | 'session' | 'detector'>; frames: number[] }
  >();

  constructor(options: UrgentDeskOptions) {
    this.#options = options;
  }

  /** @throws RECORD_INVALID when the record is no result */
  async add(record: IncomingRecord): Promise<UrgentEvent[]> {
    const { detectors, nowMs } = this.#options;
    const detector = record.headers.get('detector') ?? '';
    // A replay looks at frames that were judged.
    if (record.headers.has('replay') || !detectors.includes(detector)) return [];
    if (this.#passOver(record, detector)) return [];
    const result = decodeResult(record);
    const watched = this.#watchedOf(result.frame.camera, detector);
    const { session, frame, capturedAtUs } = result.frame;
    const arrived = { session, frame, capturedAtMs: capturedAtUs / 1000, payload: { result, record } };
    return this.#judge(watched, watched.order.add(arrived, nowMs()));
  }

  /** What waited for a frame that did not come. */
  async tick(): Promise<UrgentEvent[]> {
    const events: UrgentEvent[] = [];
    for (const watched of this.#watched.values()) {
      events.push(...(await this.#judge(watched, watched.order.tick(this.#options.nowMs()))));
    }
    return events;
  }

  /** What was passed over since the last time. */
  takePassedOver(): GapStatement[] {
    const statements = [...this.#passedOver.values()].flatMap(({ about, frames }) =>
      stretches(frames).map((stretch) => ({ ...about, group: urgentGroup, ...stretch, reason: 'too-old' as const })),
    );
    this.#passedOver.clear();
    return statements;
  }

  #passOver(record: IncomingRecord, detector: string): boolean {
    if (this.#options.nowMs() - record.timestampMs <= urgentWithinMs) return false;
    const { camera, session, frame } = decodeFrameHeader(record);
    const key = `${camera}/${session}/${detector}`;
    const passed = this.#passedOver.get(key) ?? { about: { camera, session, detector }, frames: [] };
    passed.frames.push(frame);
    this.#passedOver.set(key, passed);
    const watched = this.#watchedOf(camera, detector);
    // What is young again is not to wait for what was passed over.
    watched.order = new HastyOrder<Waiting>();
    watched.threats.gap();
    return true;
  }

  #watchedOf(camera: string, detector: string): Watched {
    const key = `${camera}/${detector}`;
    const known = this.#watched.get(key);
    if (known) return known;
    const { kinds, model } = this.#options;
    const threats = new CameraThreats({ detector, kinds, model, speed: 'urgent' });
    const watched = { order: new HastyOrder<Waiting>(), threats };
    this.#watched.set(key, watched);
    return watched;
  }

  async #judge({ threats }: Watched, items: readonly Hasty<Waiting>[]): Promise<UrgentEvent[]> {
    const events: UrgentEvent[] = [];
    for (const item of items) {
      if (item.type === 'gap' || item.payload.result.error) threats.gap();
      else events.push(...(await this.#see(threats, item.payload)));
    }
    return events;
  }

  async #see(threats: CameraThreats, { result, record }: Waiting): Promise<UrgentEvent[]> {
    const { frame, detections, gated } = result;
    const grey = gated ? undefined : await this.#options.pictures.of(record, frame);
    threats.beginSession(frame.session);
    const sight = {
      frame,
      resultRef: recordRef(record),
      detections,
      ...(grey ? { grey } : {}),
      ...(gated ? { gated } : {}),
    };
    const resultAtUs = record.timestampMs * 1000;
    return threats.see(sight, this.#options.nowMs() * 1000).map((event) => ({ event, resultAtUs }));
  }
}

/** Frames that follow one another, as first and last. */
function stretches(frames: readonly number[]): { first: number; last: number }[] {
  const found: { first: number; last: number }[] = [];
  for (const frame of [...frames].sort((a, b) => a - b)) {
    const stretch = found.at(-1);
    if (stretch && frame <= stretch.last + 1) stretch.last = frame;
    else found.push({ first: frame, last: frame });
  }
  return found;
}
