import type { Alarm, AlarmDelivery } from './alarm-schema.ts';
import type { TrackEvent } from './event-schema.ts';
import type { Joint } from './joints.ts';
import type { Mark } from './mark-schema.ts';
import type { Box } from './result-record.ts';

/** What the lists of `/api` hold: what was stored of the topics, with what is known of it today. */

export interface Page<T> {
  items: T[];
  /** Where the page after it begins; null: there is none. */
  next: string | null;
}

/**
 * `gone`: the log did not hold it any more. `expired`: deleted to make room for newer ones. `erased`: deleted with the
 * person that it shows.
 */
export const pictureStates = ['wanted', 'kept', 'gone', 'expired', 'erased'] as const;
export type PictureState = (typeof pictureStates)[number];

/** An event, as it is stored. */
export interface StoredEvent {
  event: TrackEvent;
  storedAtUs: number;
  /** `none`: this kind of event has none. */
  picture: PictureState | 'none';
  /** Whom it is about, as people are known today. */
  person?: { id: string; name: string | null };
  /** Of a suspicion: what somebody has said of it. */
  mark?: Pick<Mark, 'isRight' | 'by' | 'note' | 'atUs'>;
}

/** What a detector saw in a frame that is kept; nothing that somebody could be recognised by. */
export interface SeenFrame {
  ptsUs: number;
  capturedAtUs: number;
  /** Pixels. */
  width: number;
  height: number;
  detections: { label: string; score: number; box: Box; joints?: readonly Joint[] }[];
}

/** The frames of an event, in their order. */
export interface StoredMoment {
  frames: { frame: string; picture: PictureState | 'none'; seen: SeenFrame | null }[];
}

/** An alarm at its newest level, as it is stored. */
export interface StoredAlarm {
  alarm: Alarm;
  picture: PictureState | 'none';
  /** Null: nobody has seen to it. */
  acknowledged: { atUs: number; by: string; note: string | null } | null;
  deliveries: AlarmDelivery[];
}

/** What was stored of somebody and is erased with them, beside faces: events and alarms stay, without who it was. */
export interface ErasedTraces {
  events: number;
  alarms: number;
  /** Of frames, kept because of them. */
  pictures: number;
}

/** Somebody, with all that was said of them under any of their ids. */
export interface StoredPerson {
  person: string;
  name: string | null;
  isEnrolled: boolean;
  atUs: number;
  /** The track in which an unknown person was seen first. */
  firstSeen: string | null;
  /** Ids that lead to this person. */
  aliases: string[];
  /** The newest comes first. */
  faces: { face: string; person: string; atUs: number; hasCrop: boolean }[];
  /** The event whose picture shows their face best, and where in it, frame pixels; null: no such picture is kept. */
  portrait: { event: string; box: Box } | null;
  /** Tracks in which they were seen, and when last. */
  tracks: number;
  lastSeenUs: number | null;
}
