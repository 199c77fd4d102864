import { fault } from '../base/errors.ts';
import { eventTypes, type FrameTracks, type TrackEvent } from './event-schema.ts';
import { formatTimeUs, type IncomingRecord, type OutgoingRecord, recordRef } from './record.ts';
import { topicNames } from './topic-names.ts';

const eventType = 'vigil.event.v1';
const tracksType = 'vigil.tracks.v1';

export function encodeEvent(event: TrackEvent): OutgoingRecord {
  const { camera, id, atUs } = event;
  return { topic: topicNames.events, ...envelope({ camera, id, atUs, type: eventType }), value: json(event) };
}

export function encodeFrameTracks(tracks: FrameTracks, atUs: number): OutgoingRecord {
  const { camera, session, frame, detector } = tracks;
  const id = `${camera}/${session}/${frame}/${detector}/tracks`;
  return { topic: topicNames.tracks, ...envelope({ camera, id, atUs, type: tracksType }), value: json(tracks) };
}

/** @throws RECORD_INVALID when the value is no event */
export function decodeEvent(record: IncomingRecord): TrackEvent {
  return decode<TrackEvent>(record, ({ id, type, track }) => Boolean(id && track) && eventTypes.includes(type));
}

/** @throws RECORD_INVALID when the value is not the tracks of a frame */
export function decodeFrameTracks(record: IncomingRecord): FrameTracks {
  return decode<FrameTracks>(record, ({ camera, tracks }) => typeof camera === 'string' && Array.isArray(tracks));
}

function envelope({ camera, id, atUs, type }: { camera: string; id: string; atUs: number; type: string }) {
  return {
    key: camera,
    headers: new Map([
      ['ce_specversion', '1.0'],
      ['ce_type', type],
      ['ce_source', `/cameras/${camera}`],
      ['ce_id', id],
      ['ce_time', formatTimeUs(atUs)],
      ['content-type', 'application/json'],
    ]),
  };
}

function json(value: TrackEvent | FrameTracks): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function decode<T>(record: IncomingRecord, isIt: (value: T) => boolean): T {
  try {
    const value = JSON.parse(record.value.toString('utf8')) as T;
    if (!isIt(value)) throw new TypeError('something else');
    return value;
  } catch (cause) {
    throw fault('RECORD_INVALID', `${recordRef(record)} is not what belongs on ${record.topic}`, { cause });
  }
}
