import { createHash } from 'node:crypto';
import { fault } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { encodePerson, encodePersonFace, eraseFace, erasePerson } from '../../topics/people-record.ts';
import type { Person, PersonFace } from '../../topics/people-schema.ts';
import type { OutgoingRecord } from '../../topics/record.ts';
import type { PeopleBook } from './people-book.ts';

// What is to be written to change who is known. Nothing is changed before it has been written and read back.

/** A face as it comes to be enrolled. */
export type NewFace = Pick<PersonFace, 'embedding' | 'quality' | 'source' | 'crop'>;

/** The person of a name or an id. @throws PERSON_UNKNOWN with the nearest name */
export function findPerson(book: PeopleBook, nameOrId: string): Person {
  const byId = book.person(nameOrId);
  if (byId) return byId;
  const persons = book.persons();
  const wanted = nameOrId.trim().toLowerCase();
  const named = persons.find(({ name }) => name?.toLowerCase() === wanted);
  if (named) return named;
  const meant = nearest(
    nameOrId,
    persons.flatMap(({ person, name }) => name ?? person),
  );
  throw fault('PERSON_UNKNOWN', `nobody is called "${nameOrId}"`, meant ? { next: `Did you mean "${meant}"?` } : {});
}

/** Enrols faces under a name: of somebody who is there already, or of somebody new. */
export function enrollment(book: PeopleBook, name: string, faces: readonly NewFace[], atUs: number) {
  const known = book.persons().find((each) => each.name?.toLowerCase() === name.trim().toLowerCase());
  const person = known ?? newPerson(book, name.trim(), atUs);
  const records = faces.map((face) => encodePersonFace({ person: person.person, face: faceId(face), ...face, atUs }));
  return { person, isNew: !known, records: [...(known ? [] : [encodePerson(person)]), ...records] };
}

/**
 * Says who an unknown person is: somebody who is there already, or somebody new by that name under the id they have. Past
 * events carry the id, and so are theirs from now on. Renames somebody who has a name.
 */
export function naming(book: PeopleBook, unknown: Person, name: string, atUs: number) {
  const same = book.persons().find((each) => each.name?.toLowerCase() === name.trim().toLowerCase());
  return namingAs(unknown, same, name, atUs);
}

/** @param same whoever has that name already */
export function namingAs(unknown: Person, same: Person | undefined, name: string, atUs: number) {
  if (same && same.person !== unknown.person) return merging(unknown, same, atUs);
  const person: Person = { ...unknown, name: name.trim(), isEnrolled: true, atUs };
  return { person, records: [encodePerson(person)] };
}

/** Makes one person the same as another one. @throws USAGE when they are already */
export function merging(from: Person, into: Person, atUs: number): { person: Person; records: OutgoingRecord[] } {
  if (from.person === into.person) throw fault('USAGE', `"${from.name ?? from.person}" is one person already`);
  return { person: into, records: [encodePerson({ ...from, sameAs: into.person, atUs })] };
}

/** Erases a person with all their ids, embeddings and pictures of faces. */
export function erasure(book: PeopleBook, { person }: Person) {
  const ids = book.idsOf(person);
  const faces = book.facesOf(person);
  // In this order, what is left of an erasure that was broken off still says whose faces these are.
  const records = [...faces.map(eraseFace), ...ids.toReversed().map(erasePerson)];
  return { ids, embeddings: faces.length, crops: faces.filter(({ crop }) => crop !== undefined).length, records };
}

function newPerson(book: PeopleBook, name: string, atUs: number): Person {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const slug = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || `person-${digest(name)}`;
  const isTaken = book.person(slug) !== undefined;
  return { person: isTaken ? `${slug}-${digest(name + atUs)}` : slug, name, isEnrolled: true, atUs };
}

/** The same face enrolled again is the same record. */
function faceId({ embedding }: NewFace): string {
  return digest(embedding);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
