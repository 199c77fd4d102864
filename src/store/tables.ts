import type { Kysely } from 'kysely';
import type { PictureState } from '../topics/stored.ts';

/** The tables of the store. Times are microseconds since 1970, flags 0 or 1, bodies the JSON of the record. */
export interface Tables {
  /** One row: the number of the newest migration that was applied. */
  schema_version: { version: number };
  /** How far the topics are stored: changes in one transaction with the rows that the records made. */
  log_positions: {
    topic: string;
    partition: number;
    /** The topic's id: a topic that was deleted and made anew is another one. */
    topic_id: string;
    next_offset: number;
  };
  events: {
    id: string;
    type: string;
    camera: string;
    label: string;
    track: string;
    zone: string | null;
    line: string | null;
    person: string | null;
    at_us: number;
    stored_at_us: number;
    /** The frame whose picture goes with it: `<camera>/<session>/<frame>`. */
    picture: string | null;
    body: string;
  };
  tracks: {
    id: string;
    camera: string;
    session: string;
    detector: string;
    number: number;
    label: string;
    person: string | null;
    began_us: number;
    last_us: number;
    /** Null while it is followed. */
    ended_us: number | null;
  };
  /** The newest level of each alarm. */
  alarms: {
    id: string;
    level: number;
    rule: string;
    severity: string;
    camera: string;
    person: string | null;
    /** When it was raised. */
    at_us: number;
    /** Null: nobody has seen to it. */
    acknowledged_us: number | null;
    acknowledged_by: string | null;
    note: string | null;
    picture: string | null;
    body: string;
  };
  /** What became of telling a notifier, newest state. */
  deliveries: { id: string; alarm: string; at_us: number; body: string };
  people: {
    person: string;
    /** The person that this one is: itself, or the end of `sameAs`. */
    canonical: string;
    name: string | null;
    is_enrolled: number;
    at_us: number;
    first_seen: string | null;
  };
  faces: {
    person: string;
    face: string;
    embedding: Uint8Array;
    crop: Uint8Array | null;
    at_us: number;
    body: string;
  };
  /** Frames kept as evidence before retention deletes them from the log. */
  pictures: {
    frame: string;
    camera: string;
    at_us: number;
    /** Where its result lies: `<topic>/<partition>/<offset>`. */
    ref: string;
    state: PictureState;
    size_bytes: number;
    jpeg: Uint8Array | null;
    /** What was seen in it: the JSON of a `SeenFrame`; null until it is kept. */
    seen: string | null;
  };
  /** Whether suspicions were right. */
  marks: { event: string; is_right: number; at_us: number; body: string };
  /** Frames that are kept because their event is marked. */
  marked_frames: { frame: string; event: string };
}

export type Store = Kysely<Tables>;
