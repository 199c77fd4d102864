import { decodeEmbedding } from '../../topics/face-attribute.ts';
import type { PeopleEntry } from '../../topics/people-record.ts';
import type { Person, PersonFace } from '../../topics/people-schema.ts';
import { Gallery } from './gallery.ts';

/** The nearest person to an embedding. */
export interface PersonMatch {
  person: Person;
  /** Euclidean, to the nearest of their faces. */
  distance: number;
}

export type PersonKind = 'enrolled' | 'unknown';

/** A person may be another one, who may be another one: as far as anybody would follow. */
const longestTrail = 32;

/**
 * Everybody of the topic `people` and their faces, to be asked whose face it is. What is about to be written may be noted
 * ahead under an owner, so that it counts at once and can be taken back while it is not written. Pure.
 */
export class PeopleBook {
  readonly #persons = new Map<string, Person>();
  /** Ids that are the same as another one, by that one. */
  readonly #aliases = new Map<string, Set<string>>();
  readonly #faces = new Map<string, Map<string, PersonFace>>();
  readonly #galleries = { enrolled: new Gallery(), unknown: new Gallery() };
  /** In which gallery a person's faces are. */
  readonly #places = new Map<string, PersonKind>();
  readonly #notes = new Map<string, { owner: number; before: PeopleEntry }>();
  readonly #keepsCrops: boolean;
  #version = 0;

  /** @param options.crops keep the pictures of faces as well */
  constructor({ crops = false }: { crops?: boolean } = {}) {
    this.#keepsCrops = crops;
  }

  /** The offset behind the last record that was read. */
  get version(): number {
    return this.#version;
  }

  /** What a record of `people` says. @param entry undefined: of a kind that is not known */
  apply(entry: PeopleEntry | undefined, offset: bigint): void {
    this.#version = Number(offset) + 1;
    if (!entry) return;
    this.#notes.delete(keyOf(entry));
    this.#take(entry);
  }

  /** What is about to be written. */
  note(owner: number, entry: PeopleEntry): void {
    const key = keyOf(entry);
    this.#notes.set(key, { owner, before: this.#notes.get(key)?.before ?? this.#before(entry) });
    this.#take(entry);
  }

  /** What an owner has noted and not written will not be. */
  takeBack(owner: number): void {
    for (const [key, note] of this.#notes) {
      if (note.owner !== owner) continue;
      this.#notes.delete(key);
      this.#take(note.before);
    }
  }

  /** Whom an id stands for in the end. */
  person(id: string): Person | undefined {
    let person = this.#persons.get(id);
    for (let step = 0; person?.sameAs !== undefined && step < longestTrail; step++) {
      person = this.#persons.get(person.sameAs);
    }
    return person?.sameAs === undefined ? person : undefined;
  }

  /** Everybody that stands for themselves. */
  persons(): Person[] {
    return [...this.#persons.values()].filter(({ sameAs }) => sameAs === undefined);
  }

  /** The ids that stand for a person, their own first. */
  idsOf(person: string): string[] {
    const ids = new Set([person]);
    for (const id of ids) for (const alias of this.#aliases.get(id) ?? []) ids.add(alias);
    return [...ids];
  }

  /** The faces of a person under all of their ids. */
  facesOf(person: string): PersonFace[] {
    return this.idsOf(person).flatMap((id) => [...(this.#faces.get(id)?.values() ?? [])]);
  }

  /** Number of faces that are compared with. */
  sizeOf(kind: PersonKind): number {
    return this.#galleries[kind].size;
  }

  /** The nearest persons, nearest first. */
  match(
    embedding: Float32Array,
    kind: PersonKind,
    { most = 1, withinDistance = Number.POSITIVE_INFINITY } = {},
  ): PersonMatch[] {
    const nearest = new Map<string, PersonMatch>();
    // One person may be there under several ids.
    for (const { id, distance } of this.#galleries[kind].match(embedding, { most: 2 * most, withinDistance })) {
      const person = this.person(id);
      if (person && !nearest.has(person.person)) nearest.set(person.person, { person, distance });
    }
    return [...nearest.values()].slice(0, most);
  }

  #take(entry: PeopleEntry): void {
    if (entry.kind === 'person') this.#setPerson(entry.person.person, entry.person);
    else if (entry.kind === 'erased-person') this.#setPerson(entry.person, undefined);
    else if (entry.kind === 'face') this.#addFace(entry.face);
    else this.#removeFace(entry);
  }

  /** The entry that makes an entry undone. */
  #before(entry: PeopleEntry): PeopleEntry {
    if (entry.kind === 'person' || entry.kind === 'erased-person') {
      const id = entry.kind === 'person' ? entry.person.person : entry.person;
      const person = this.#persons.get(id);
      return person ? { kind: 'person', person } : { kind: 'erased-person', person: id };
    }
    const { person, face } = entry.kind === 'face' ? entry.face : entry;
    const known = this.#faces.get(person)?.get(face);
    return known ? { kind: 'face', face: known } : { kind: 'erased-face', person, face };
  }

  #setPerson(id: string, person: Person | undefined): void {
    const before = this.#persons.get(id)?.sameAs;
    if (before !== undefined) this.#aliases.get(before)?.delete(id);
    if (person) this.#persons.set(id, person);
    else this.#persons.delete(id);
    if (person?.sameAs !== undefined) {
      this.#aliases.set(person.sameAs, (this.#aliases.get(person.sameAs) ?? new Set()).add(id));
    }
    // Whoever was unknown may be somebody now.
    for (const each of this.idsOf(id)) {
      const place = this.#places.get(each);
      if (place !== undefined && place !== this.#kindOf(each)) this.#place(each, this.#kindOf(each));
    }
  }

  #addFace({ crop, ...face }: PersonFace): void {
    const embedding = decodeEmbedding(face.embedding);
    const kept: PersonFace = this.#keepsCrops && crop !== undefined ? { ...face, crop } : face;
    const faces = this.#faces.get(face.person) ?? new Map<string, PersonFace>();
    if (!embedding || !isComparable(embedding)) return;
    if (faces.has(face.face)) this.#removeFace(face);
    this.#faces.set(face.person, faces.set(face.face, kept));
    const kind = this.#kindOf(face.person);
    this.#places.set(face.person, kind);
    this.#galleries[kind].add(face.person, embedding);
  }

  #removeFace({ person, face }: Pick<PersonFace, 'person' | 'face'>): void {
    const faces = this.#faces.get(person);
    if (!faces?.delete(face)) return;
    if (faces.size === 0) this.#faces.delete(person);
    this.#place(person, this.#kindOf(person));
  }

  #place(person: string, kind: PersonKind): void {
    for (const gallery of Object.values(this.#galleries)) gallery.remove(person);
    this.#places.delete(person);
    for (const { embedding } of this.#faces.get(person)?.values() ?? []) {
      this.#places.set(person, kind);
      this.#galleries[kind].add(person, decodeEmbedding(embedding) ?? new Float32Array());
    }
  }

  #kindOf(id: string): PersonKind {
    return this.person(id)?.isEnrolled ? 'enrolled' : 'unknown';
  }
}

/** Longer than any face's: it would be refused. */
function isComparable(embedding: Float32Array): boolean {
  return Math.hypot(...embedding) <= 3;
}

function keyOf(entry: PeopleEntry): string {
  if (entry.kind === 'person') return `person/${entry.person.person}`;
  if (entry.kind === 'erased-person') return `person/${entry.person}`;
  const { person, face } = entry.kind === 'face' ? entry.face : entry;
  return `face/${person}/${face}`;
}
