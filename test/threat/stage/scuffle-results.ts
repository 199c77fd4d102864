import type { FightModel } from '../../../src/threat/fight/fight-model.ts';
import type { GreyPicture } from '../../../src/threat/motion/grey-picture.ts';
import type { TrackEvent } from '../../../src/topics/event-schema.ts';
import { framePartition } from '../../../src/topics/partitioning.ts';
import type { OutgoingRecord } from '../../../src/topics/record.ts';
import { type Detection, encodeResult } from '../../../src/topics/result-record.ts';

/** Calls a fight wherever two people or more have been for most of a window in which the picture changes. */
export const scuffleModel: FightModel = {
  version: 1,
  features: ['count.mean', 'motion.change'],
  scale: [Array.from({ length: 21 }, (_, index) => index / 10), Array.from({ length: 21 }, (_, index) => index / 10)],
  weights: [4, 4, 0],
  calibration: { slope: 1, offset: 0 },
  threshold: 0.9,
};

/** Every twelve seconds two people are there for three, from here on. */
const [everyFrames, firstFrame, forFrames] = [120, 30, 30];
export const framePartitions = 2;
const startUs = 1_700_000_000_000_000;

/** The results of a camera before which people scuffle now and then; the picture is one byte, the frame's number. */
export function scuffleRecords(camera: string, session: string, frames: number): OutgoingRecord[] {
  return Array.from({ length: frames }, (_, frame) => {
    const ptsUs = frame * 100_000;
    const header = { camera, session, frame, ptsUs, capturedAtUs: startUs + ptsUs, width: 640, height: 480 };
    const frameRef = `raw_video_frames/${framePartition(camera, frame, framePartitions)}/${frame >> 1}`;
    const isBusy = (frame - firstFrame + everyFrames) % everyFrames < forFrames;
    const detections = isBusy ? [person(100 + (frame % 7)), person(160 - (frame % 5))] : [];
    const result = { frame: header, detector: 'people@1', inferenceUs: 1000, detections };
    return encodeResult({ ...result, frameRef }, Buffer.from([frame % 256]), 1);
  });
}

/** Stripes that go on with each frame. */
export async function stripes(picture: Uint8Array): Promise<GreyPicture> {
  const [width, height] = [48, 32];
  const pixels = Uint8Array.from(
    { length: width * height },
    (_, at) => (((at % width) + 3 * (picture[0] ?? 0)) % 16) * 15,
  );
  return { pixels, width, height };
}

/** Events without where their frames lie and how late they were found. */
export function withoutLateness(events: readonly TrackEvent[]): TrackEvent[] {
  return events.map(({ evidenceRefs: _, suspicion, ...event }) => {
    if (!suspicion) return event;
    const { lateMs: __, ...rest } = suspicion;
    return { ...event, suspicion: rest };
  });
}

function person(x: number): Detection {
  return { label: 'person', score: 0.9, box: { x, y: 200, width: 50, height: 140 } };
}
