import { decodeJson, encodeJson } from './json-record.ts';
import type { Person, PersonFace } from './people-schema.ts';
import type { IncomingRecord, OutgoingRecord } from './record.ts';
import { topicNames } from './topic-names.ts';

const personType = 'vigil.person.v1';
const faceType = 'vigil.face.v1';

/** What one record of `people` says. The newest of a key counts; an empty value erases what its key stood for. */
export type PeopleEntry =
  | { kind: 'person'; person: Person }
  | { kind: 'face'; face: PersonFace }
  | { kind: 'erased-person'; person: string }
  | { kind: 'erased-face'; person: string; face: string };

export function encodePerson(person: Person): OutgoingRecord {
  return encode(personKey(person.person), personType, person.atUs, person);
}

export function encodePersonFace(face: PersonFace): OutgoingRecord {
  return encode(faceKey(face), faceType, face.atUs, face);
}

/** Erases a person; their faces are records of their own. */
export function erasePerson(person: string): OutgoingRecord {
  return tombstone(personKey(person));
}

export function eraseFace(face: Pick<PersonFace, 'person' | 'face'>): OutgoingRecord {
  return tombstone(faceKey(face));
}

/**
 * @returns undefined for a record of a kind that is not known
 * @throws RECORD_INVALID when it is not what its key promises
 */
export function decodePeopleRecord(record: IncomingRecord): PeopleEntry | undefined {
  const [kind, person = '', face = ''] = record.key?.toString('utf8').split('/') ?? [];
  const isErased = record.value.length === 0;
  if (kind === 'person') {
    if (isErased) return { kind: 'erased-person', person };
    return { kind, person: decodeJson<Person>(record, (value) => value.person === person) };
  }
  if (kind !== 'face') return undefined;
  if (isErased) return { kind: 'erased-face', person, face };
  const isFace = (value: PersonFace) => value.person === person && value.face === face && Boolean(value.embedding);
  return { kind, face: decodeJson<PersonFace>(record, isFace) };
}

function personKey(person: string): string {
  return `person/${person}`;
}

function faceKey({ person, face }: Pick<PersonFace, 'person' | 'face'>): string {
  return `face/${person}/${face}`;
}

function encode(key: string, type: string, atUs: number, value: Person | PersonFace): OutgoingRecord {
  const id = key;
  return encodeJson({ topic: topicNames.people, partition: 0, key, type, source: '/people', id, atUs, value });
}

function tombstone(key: string): OutgoingRecord {
  return { topic: topicNames.people, partition: 0, key, value: Buffer.alloc(0), isTombstone: true, headers: new Map() };
}
