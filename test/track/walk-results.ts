import type { TrackEvent } from '../../src/topics/event-schema.ts';
import { framePartition } from '../../src/topics/partitioning.ts';
import type { IncomingRecord, OutgoingRecord } from '../../src/topics/record.ts';
import { type Detection, encodeResult } from '../../src/topics/result-record.ts';

export interface WalkOptions {
  camera: string;
  session: string;
  frames: number;
  /** Partitions of the topic of frames. */
  partitions: number;
  /** First offset in each of them. */
  firstOffset?: number;
}

const framesPerSecond = 10;
const startUs = 1_700_000_000_000_000;

/** The results of a walk: one person goes to the right, another to the left below. */
export function walkRecords({ camera, session, frames, partitions, firstOffset = 0 }: WalkOptions): OutgoingRecord[] {
  const offsets = Array.from({ length: partitions }, () => firstOffset);
  return Array.from({ length: frames }, (_, frame) => {
    const partition = framePartition(camera, frame, partitions);
    const offset = offsets[partition] ?? 0;
    offsets[partition] = offset + 1;
    const ptsUs = Math.round((frame * 1e6) / framesPerSecond);
    const header = { camera, session, frame, ptsUs, capturedAtUs: startUs + ptsUs, width: 640, height: 480 };
    const detections = [person(40 + 5 * frame, 60), person(560 - 3 * frame, 300)];
    const result = { frame: header, detector: 'people@1', inferenceUs: 1000, detections };
    return encodeResult({ ...result, frameRef: `raw_video_frames/${partition}/${offset}` }, undefined, 1);
  });
}

/** The same as they are read from one partition. */
export function walkResults(options: WalkOptions): IncomingRecord[] {
  return walkRecords(options).map((record, index) => ({
    ...record,
    partition: 0,
    offset: BigInt(index),
    timestampMs: startUs / 1000,
    key: Buffer.from(options.camera),
  }));
}

/** Events without where their frames lie, which depends on the order in which results were written. */
export function withoutPlaces(events: readonly TrackEvent[]): TrackEvent[] {
  return events.map(({ evidenceRefs: _, ...event }) => event);
}

function person(x: number, y: number): Detection {
  return { label: 'person', score: 0.9, box: { x, y, width: 40, height: 110 } };
}
