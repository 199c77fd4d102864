import { fault } from '../base/errors.ts';
import { framePartition } from './partitioning.ts';
import {
  formatTimeUs,
  type IncomingRecord,
  type OutgoingRecord,
  parseTimeUs,
  recordRef,
  requiredHeader,
  wholeNumberHeader,
} from './record.ts';
import { topicNames } from './topic-names.ts';

/** What identifies and times one frame, without its picture. */
export interface FrameHeader {
  camera: string;
  /** A new one each time the camera's source opens; sorts by time. */
  session: string;
  /** 0, 1, 2 … without a hole inside a session. */
  frame: number;
  /** Wall clock of capture, microseconds since 1970. */
  capturedAtUs: number;
  /** Stream time in microseconds; from the container or the stream, never from the wall clock. */
  ptsUs: number;
  /** Size of the picture in pixels. */
  width: number;
  height: number;
  traceparent?: string;
  /** Nothing moves in it, as the camera's motion gate says: a detector need not look. */
  still?: true;
}

/** A frame with its picture: a baseline JPEG, full range, sRGB, of exactly width × height. */
export interface Frame extends FrameHeader {
  jpeg: Buffer;
}

const frameType = 'vigil.frame.v1';

/** `<camera>/<session>/<frame>`: the identity of a frame, everywhere. */
export function frameId(header: Pick<FrameHeader, 'camera' | 'session' | 'frame'>): string {
  return `${header.camera}/${header.session}/${header.frame}`;
}

/** The headers that frames and results share. */
export function encodeFrameHeaders(frame: FrameHeader): Map<string, string> {
  const headers = new Map([
    ['ce_specversion', '1.0'],
    ['ce_type', frameType],
    ['ce_source', `/cameras/${frame.camera}`],
    ['ce_id', frameId(frame)],
    ['ce_time', formatTimeUs(frame.capturedAtUs)],
    ['content-type', 'image/jpeg'],
    ['camera', frame.camera],
    ['session', frame.session],
    ['frame', String(frame.frame)],
    ['pts_us', String(frame.ptsUs)],
    ['width', String(frame.width)],
    ['height', String(frame.height)],
  ]);
  if (frame.traceparent !== undefined) headers.set('traceparent', frame.traceparent);
  if (frame.still) headers.set('still', 'true');
  return headers;
}

export function encodeFrame(frame: Frame, partitions: number): OutgoingRecord {
  return {
    topic: topicNames.rawVideoFrames,
    partition: framePartition(frame.camera, frame.frame, partitions),
    value: frame.jpeg,
    headers: encodeFrameHeaders(frame),
  };
}

/** @throws RECORD_INVALID when a header of the contract is missing or malformed */
export function decodeFrameHeader(record: IncomingRecord): FrameHeader {
  const capturedAtUs = parseTimeUs(requiredHeader(record, 'ce_time'));
  if (Number.isNaN(capturedAtUs)) {
    throw fault('RECORD_INVALID', `${recordRef(record)}: the header "ce_time" is not an RFC 3339 time`);
  }
  const ptsUs = Number(requiredHeader(record, 'pts_us'));
  if (!Number.isSafeInteger(ptsUs)) {
    throw fault('RECORD_INVALID', `${recordRef(record)}: the header "pts_us" is not a whole number`);
  }
  const traceparent = record.headers.get('traceparent');
  return {
    camera: requiredHeader(record, 'camera'),
    session: requiredHeader(record, 'session'),
    frame: wholeNumberHeader(record, 'frame'),
    capturedAtUs,
    ptsUs,
    width: wholeNumberHeader(record, 'width'),
    height: wholeNumberHeader(record, 'height'),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(record.headers.get('still') === 'true' ? { still: true as const } : {}),
  };
}

/** @throws RECORD_INVALID when a header of the contract is missing or malformed */
export function decodeFrame(record: IncomingRecord): Frame {
  return { ...decodeFrameHeader(record), jpeg: record.value };
}
