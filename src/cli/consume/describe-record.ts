import { isUtf8 } from 'node:buffer';
import { isFault } from '../../base/errors.ts';
import { decodeEvent, decodeFrameTracks } from '../../topics/event-record.ts';
import { decodeFrameHeader } from '../../topics/frame-record.ts';
import { formatTimeUs, type IncomingRecord } from '../../topics/record.ts';
import { decodeResult } from '../../topics/result-record.ts';
import { topicNames } from '../../topics/topic-names.ts';

/** What `vigil consume` prints of a record: results, frames, events and tracks by their fields, anything else by key, headers and value. */
export function describeRecord(record: IncomingRecord): Record<string, unknown> {
  try {
    if (record.topic === topicNames.processedImages) return describeResult(record);
    if (record.topic === topicNames.rawVideoFrames) return describeFrame(record);
    if (record.topic === topicNames.events) return { ...decodeEvent(record), ...place(record) };
    if (record.topic === topicNames.tracks) return { ...decodeFrameTracks(record), ...place(record) };
  } catch (error) {
    // Not what the contract promises: shown as it is.
    if (!isFault(error, 'RECORD_INVALID')) throw error;
  }
  return describeAny(record);
}

function describeResult(record: IncomingRecord) {
  const { frame, detector, detections, inferenceUs, stepsUs, frameRef, error, replay, gated } = decodeResult(record);
  return {
    camera: frame.camera,
    session: frame.session,
    frame: frame.frame,
    capturedAt: formatTimeUs(frame.capturedAtUs),
    detector,
    detections,
    ...(error === undefined ? {} : { error }),
    ...(gated ? { gated } : {}),
    ...(replay ? { replay } : {}),
    inferenceMs: inferenceUs / 1000,
    ...(stepsUs === undefined ? {} : { stepsUs }),
    width: frame.width,
    height: frame.height,
    ptsUs: frame.ptsUs,
    frameRef,
    pictureBytes: record.value.length,
    ...place(record),
  };
}

function describeFrame(record: IncomingRecord) {
  const { camera, session, frame, capturedAtUs, ptsUs, width, height, still } = decodeFrameHeader(record);
  return {
    camera,
    session,
    frame,
    capturedAt: formatTimeUs(capturedAtUs),
    width,
    height,
    ptsUs,
    ...(still ? { still } : {}),
    pictureBytes: record.value.length,
    ...place(record),
  };
}

function describeAny(record: IncomingRecord) {
  return {
    key: record.key === null ? null : readable(record.key),
    headers: Object.fromEntries(record.headers),
    value: readable(record.value),
    timestamp: new Date(record.timestampMs).toISOString(),
    ...place(record),
  };
}

function place(record: IncomingRecord) {
  return { topic: record.topic, partition: record.partition, offset: Number(record.offset) };
}

/** A JSON object or list as such, text as text, anything else in base64. */
function readable(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) return { base64: bytes.toString('base64') };
  const text = bytes.toString('utf8');
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
