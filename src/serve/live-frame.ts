import { faceOf } from '../topics/face-attribute.ts';
import type { LiveFrameHeader } from '../topics/live-message.ts';
import type { Detection } from '../topics/result-record.ts';
import type { SeenResult } from './account-feed.ts';

/** One result with its frame, as the live feed sends it. */
export interface LiveFrame {
  header: LiveFrameHeader;
  /** What goes over the WebSocket. */
  message: Buffer;
  /** The picture inside `message`; empty when results do not carry their frame. */
  jpeg: Buffer;
}

/** uint32 BE header length, header as JSON, JPEG. Copies the picture, so that the fetch it came in can be forgotten. */
export function encodeLiveFrame({ result, jpeg, readAtUs, tracks = [] }: SeenResult): LiveFrame {
  const header = { ...liveFrameHeader(result, readAtUs), ...(tracks.length > 0 ? { tracks } : {}) };
  const json = Buffer.from(JSON.stringify(header));
  const message = Buffer.allocUnsafeSlow(4 + json.length + jpeg.length);
  message.writeUInt32BE(json.length);
  json.copy(message, 4);
  jpeg.copy(message, 4 + json.length);
  return { header, message, jpeg: message.subarray(4 + json.length) };
}

function liveFrameHeader(result: SeenResult['result'], resultAtUs: number): LiveFrameHeader {
  const { camera, session, frame, capturedAtUs, width, height } = result.frame;
  const { detector, inferenceUs, detections, error, gated } = result;
  return {
    type: 'frame',
    camera,
    session,
    frame,
    capturedAtUs,
    resultAtUs,
    width,
    height,
    detector,
    inferenceUs,
    detections: detections.map(withoutEmbedding),
    ...(error === undefined ? {} : { error }),
    ...(gated ? { gated } : {}),
  };
}

/** Whoever watches sees the face, and has no use for what it is recognised by. */
function withoutEmbedding(detection: Detection): Detection {
  const face = faceOf(detection);
  if (face?.embedding === undefined) return detection;
  const { embedding: _, ...shown } = face;
  return { ...detection, attributes: { ...detection.attributes, face: shown } };
}

/** One detector's pictures of one camera: what a newer frame replaces. */
export function streamOf({ camera, detector }: LiveFrameHeader): string {
  return `${camera}/${detector}`;
}

/** True when `a` was captured after `b` (sessions sort by time). */
export function isNewer(a: LiveFrameHeader, b: LiveFrameHeader): boolean {
  return a.session === b.session ? a.frame > b.frame : a.session > b.session;
}
