import { isFault } from '../base/errors.ts';
import { jointsOf } from '../topics/joints.ts';
import type { IncomingRecord } from '../topics/record.ts';
import { type Detection, decodeResult } from '../topics/result-record.ts';
import type { SeenFrame } from '../topics/stored.ts';

/** What a result says of its frame, as it is kept with the picture; undefined for a record that is no result. */
export function describeSeen(record: IncomingRecord): string | undefined {
  try {
    const { frame, detections } = decodeResult(record);
    const { ptsUs, capturedAtUs, width, height } = frame;
    const seen: SeenFrame = { ptsUs, capturedAtUs, width, height, detections: detections.map(withoutFace) };
    return JSON.stringify(seen);
  } catch (error) {
    if (isFault(error, 'RECORD_INVALID')) return undefined;
    throw error;
  }
}

/** Places only: an embedding would outlive the person's erasure. */
function withoutFace(detection: Detection): SeenFrame['detections'][number] {
  const { label, score, box } = detection;
  const joints = jointsOf(detection);
  return { label, score, box, ...(joints ? { joints: joints.map(rounded) } : {}) };
}

function rounded([x, y, score]: readonly [number, number, number]): [number, number, number] {
  return [Math.round(x * 10) / 10, Math.round(y * 10) / 10, Math.round(score * 100) / 100];
}
