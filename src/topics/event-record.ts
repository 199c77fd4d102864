import { eventTypes } from './event-names.ts';
import type { FrameTracks, TrackEvent } from './event-schema.ts';
import { decodeJson, encodeJson } from './json-record.ts';
import { formatTimeUs, type IncomingRecord, type OutgoingRecord, parseTimeUs } from './record.ts';
import { topicNames } from './topic-names.ts';

/**
 * @param resultAtUs when the result it came from was written, microseconds since 1970: beside the event and not in it, for
 *   an event is the same in every replay
 */
export function encodeEvent(event: TrackEvent, resultAtUs?: number): OutgoingRecord {
  const { camera, id, atUs } = event;
  const source = `/cameras/${camera}`;
  const type = 'vigil.event.v1';
  const record = encodeJson({ topic: topicNames.events, key: camera, type, source, id, atUs, value: event });
  if (resultAtUs !== undefined) record.headers.set('result_time', formatTimeUs(resultAtUs));
  return record;
}

export function encodeFrameTracks(tracks: FrameTracks, atUs: number): OutgoingRecord {
  const { camera, session, frame, detector } = tracks;
  const id = `${camera}/${session}/${frame}/${detector}/tracks`;
  const source = `/cameras/${camera}`;
  const type = 'vigil.tracks.v1';
  return encodeJson({ topic: topicNames.tracks, key: camera, type, source, id, atUs, value: tracks });
}

/** @throws RECORD_INVALID when the value is no event */
export function decodeEvent(record: IncomingRecord): TrackEvent {
  return decodeJson<TrackEvent>(record, ({ id, type, track }) => Boolean(id && track) && eventTypes.includes(type));
}

/** When the result was written that an event came from, microseconds since 1970; undefined where that is not said. */
export function resultTimeOf({ headers }: IncomingRecord): number | undefined {
  const timeUs = parseTimeUs(headers.get('result_time') ?? '');
  return Number.isNaN(timeUs) ? undefined : timeUs;
}

/** @throws RECORD_INVALID when the value is not the tracks of a frame */
export function decodeFrameTracks(record: IncomingRecord): FrameTracks {
  return decodeJson<FrameTracks>(record, ({ camera, tracks }) => typeof camera === 'string' && Array.isArray(tracks));
}
