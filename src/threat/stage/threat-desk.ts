import type { TrackEvent } from '../../topics/event-schema.ts';
import { type IncomingRecord, recordRef } from '../../topics/record.ts';
import { decodeResult, type Result } from '../../topics/result-record.ts';
import type { GreyPicture } from '../motion/grey-picture.ts';
import { CameraThreats, type CameraThreatsOptions } from './camera-threats.ts';
import { type Hasty, HastyOrder } from './hasty-order.ts';

export interface ThreatDeskOptions extends Pick<CameraThreatsOptions, 'kinds' | 'model'> {
  /** Detectors (`<name>@<version>`) whose results are judged. */
  detectors: readonly string[];
  /** Decodes a result's picture and makes it small. */
  shrink(jpeg: Uint8Array, size: { width: number; height: number }): Promise<GreyPicture>;
  nowMs(): number;
}

interface Waiting {
  result: Result;
  resultRef: string;
  jpeg: Uint8Array;
}

interface Watched {
  order: HastyOrder<Waiting>;
  threats: CameraThreats;
}

/** From results as they come to suspicions: each camera and detector has an order and a memory of its own. */
export class ThreatDesk {
  readonly #options: ThreatDeskOptions;
  readonly #watched = new Map<string, Watched>();

  constructor(options: ThreatDeskOptions) {
    this.#options = options;
  }

  /** @throws RECORD_INVALID when the record is no result */
  async add(record: IncomingRecord): Promise<TrackEvent[]> {
    const result = decodeResult(record);
    const { detectors, nowMs } = this.#options;
    // A replay looks at frames that were judged.
    if (result.replay || !detectors.includes(result.detector)) return [];
    const watched = this.#watchedOf(result);
    const { session, frame, capturedAtUs } = result.frame;
    const capturedAtMs = capturedAtUs / 1000;
    const payload = { result, resultRef: recordRef(record), jpeg: record.value };
    return this.#judge(watched, watched.order.add({ session, frame, capturedAtMs, payload }, nowMs()));
  }

  /** What waited for a frame that did not come. */
  async tick(): Promise<TrackEvent[]> {
    const events: TrackEvent[] = [];
    for (const watched of this.#watched.values()) {
      events.push(...(await this.#judge(watched, watched.order.tick(this.#options.nowMs()))));
    }
    return events;
  }

  #watchedOf({ frame: { camera }, detector }: Result): Watched {
    const key = `${camera}/${detector}`;
    const known = this.#watched.get(key);
    if (known) return known;
    const { kinds, model } = this.#options;
    const watched = { order: new HastyOrder<Waiting>(), threats: new CameraThreats({ detector, kinds, model }) };
    this.#watched.set(key, watched);
    return watched;
  }

  async #judge({ threats }: Watched, items: readonly Hasty<Waiting>[]): Promise<TrackEvent[]> {
    const events: TrackEvent[] = [];
    for (const item of items) {
      if (item.type === 'gap' || item.payload.result.error || item.payload.result.gated) threats.gap();
      else events.push(...(await this.#see(threats, item.payload)));
    }
    return events;
  }

  async #see(threats: CameraThreats, { result, resultRef, jpeg }: Waiting): Promise<TrackEvent[]> {
    const { frame, detections } = result;
    const grey = jpeg.length > 0 ? { grey: await this.#options.shrink(jpeg, frame) } : {};
    return threats.see({ frame, resultRef, detections, ...grey }, this.#options.nowMs() * 1000);
  }
}
