import { createHash } from 'node:crypto';
import { isClearFace } from '../../stage/people/face-gate.ts';
import { type FaceThresholds, faceThresholds, newAspect } from '../../stage/people/face-thresholds.ts';
import type { PeopleBook, PersonMatch } from '../../stage/people/people-book.ts';
import { decodeEmbedding, encodeEmbedding, type FaceAttribute } from '../../topics/face-attribute.ts';
import { encodePerson, encodePersonFace, eraseFace } from '../../topics/people-record.ts';
import type { Person, PersonFace } from '../../topics/people-schema.ts';
import type { OutgoingRecord } from '../../topics/record.ts';
import { type FaceEvidence, type FaceMean, withFace } from './face-evidence.ts';

/** A track's face in one frame. */
export interface FaceSighting {
  /** The track's id, as events name it. */
  track: string;
  /** The frame's id. */
  frame: string;
  atUs: number;
  face: FaceAttribute;
}

/** Whose face a track shows, as far as its faces agree. */
export interface FaceNews {
  type: 'face-known' | 'face-unknown';
  person: Person;
  /** Of an unknown person: nobody like that had been seen. */
  isNew: boolean;
  sightings: number;
  agreeing: number;
  /** To the person; of an unknown one to the nearest who is enrolled. */
  distance?: number;
  gallery: number;
}

/** When clear faces name somebody: so many at least, of which this share, each by itself, is of the person. */
const namedByClear = { sightings: 3, share: 0.6 };
/** When all faces together do: more of them, and nearly all have to be nearest to the person. */
const namedByAll = { sightings: 5, share: 0.8 };
/** Fewest clear faces before a track is said to show a stranger, who is nobody's like in more than this share of them. */
const strange = { sightings: 5, mostShare: 0.4 };
/** Faces of an unknown person that are kept. */
const mostFaces = 5;

/**
 * Decides whose face each track shows: by the mean of its embeddings and by what each of its faces says alone, so that one bad
 * frame names nobody. Who is like nobody becomes an unknown person, with an id made from the track: the same in a replay. What
 * is to be written of that is noted in the book, and taken out with `takeRecords`.
 */
export class FaceWatch {
  readonly #book: PeopleBook;
  readonly #owner: number;
  readonly #evidence: Map<string, FaceEvidence>;
  readonly #thresholds: FaceThresholds;
  #records: OutgoingRecord[] = [];

  /** @param owner under whom the book notes what is not written yet; other thresholds only to measure them */
  constructor(
    book: PeopleBook,
    owner: number,
    state: Record<string, FaceEvidence> = {},
    thresholds: FaceThresholds = faceThresholds,
  ) {
    this.#thresholds = thresholds;
    this.#book = book;
    this.#owner = owner;
    this.#evidence = new Map(Object.entries(structuredClone(state)));
  }

  state(): Record<string, FaceEvidence> {
    return structuredClone(Object.fromEntries(this.#evidence));
  }

  /** Takes a face in. @param mayTell false: the track may be noise yet */
  see(sighting: FaceSighting, mayTell: boolean): FaceNews | undefined {
    const embedding = decodeEmbedding(sighting.face.embedding ?? '');
    if (!embedding) return undefined;
    const withinDistance = this.#thresholds.perhaps;
    const [nearest] = this.#book.match(embedding, 'enrolled', { withinDistance });
    const evidence = this.#evidence.get(sighting.track) ?? {};
    this.#evidence.set(sighting.track, evidence);
    evidence.all = withFace(evidence.all, embedding, nearest?.person.person);
    if (isClearFace(sighting.face.quality)) {
      const person = nearest && nearest.distance <= this.#thresholds.same ? nearest.person.person : undefined;
      evidence.clear = withFace(evidence.clear, embedding, person);
    }
    if (evidence.told && !this.#book.person(evidence.told.person)) delete evidence.told;
    return mayTell ? this.#decide(evidence, sighting) : undefined;
  }

  /** All other tracks are over. */
  keep(tracks: ReadonlySet<string>): void {
    for (const track of this.#evidence.keys()) if (!tracks.has(track)) this.#evidence.delete(track);
  }

  takeRecords(): OutgoingRecord[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }

  #decide(evidence: FaceEvidence, sighting: FaceSighting): FaceNews | undefined {
    const { clear, all } = evidence;
    for (const [faces, rule] of [
      [clear, namedByClear],
      [all, namedByAll],
    ] as const) {
      const nearest = faces && this.#nearestTo(faces);
      if (nearest && isNamed(faces, nearest, { ...rule, within: this.#thresholds.same }))
        return this.#tellKnown(evidence, faces, nearest, sighting);
    }
    if (!clear || evidence.told) return undefined;
    const nearest = this.#nearestTo(clear);
    return isStranger(clear, nearest, this.#thresholds.other)
      ? this.#tellUnknown(evidence, clear, nearest, sighting)
      : undefined;
  }

  #nearestTo({ mean }: FaceMean): PersonMatch | undefined {
    return this.#book.match(decodeEmbedding(mean) ?? new Float32Array(), 'enrolled')[0];
  }

  #tellKnown(
    evidence: FaceEvidence,
    faces: FaceMean,
    { person, distance }: PersonMatch,
    { atUs }: FaceSighting,
  ): FaceNews | undefined {
    const { told } = evidence;
    if (told?.isEnrolled && this.#book.person(told.person)?.person === person.person) return undefined;
    if (told && !told.isEnrolled && told.isNew) this.#mendUnknown(told.person, person, atUs);
    evidence.told = { person: person.person, isEnrolled: true, isNew: false };
    return this.#news('face-known', faces, { person, isNew: false, distance });
  }

  /** The stranger of this track was somebody after all: what was told is theirs, and their face no second one. */
  #mendUnknown(id: string, person: Person, atUs: number): void {
    const unknown = this.#book.person(id);
    if (!unknown || unknown.isEnrolled) return;
    for (const { face } of this.#book.facesOf(id)) {
      this.#records.push(eraseFace({ person: id, face }));
      this.#book.note(this.#owner, { kind: 'erased-face', person: id, face });
    }
    this.#write({ ...unknown, sameAs: person.person, atUs });
  }

  #tellUnknown(
    evidence: FaceEvidence,
    faces: FaceMean,
    nearest: PersonMatch | undefined,
    sighting: FaceSighting,
  ): FaceNews {
    const mean = decodeEmbedding(faces.mean) ?? new Float32Array();
    const [seenBefore] = this.#book.match(mean, 'unknown', { withinDistance: this.#thresholds.sameUnknown });
    const person = seenBefore?.person ?? this.#newPerson(sighting);
    const isWanted =
      !seenBefore || (seenBefore.distance > newAspect && this.#book.facesOf(person.person).length < mostFaces);
    if (isWanted) this.#writeFace(person, mean, sighting);
    const isNew = !seenBefore;
    evidence.told = { person: person.person, isEnrolled: false, isNew };
    return this.#news('face-unknown', faces, { person, isNew, ...(nearest ? { distance: nearest.distance } : {}) });
  }

  #newPerson({ track, atUs }: FaceSighting): Person {
    const person = { person: `unknown-${digest(track)}`, isEnrolled: false, firstSeen: track, atUs };
    this.#write(person);
    return person;
  }

  #write(person: Person): void {
    this.#records.push(encodePerson(person));
    this.#book.note(this.#owner, { kind: 'person', person });
  }

  #writeFace(
    { person }: Person,
    embedding: Float32Array,
    { track, frame, atUs, face: { quality } }: FaceSighting,
  ): void {
    const source = { track, frame };
    const face: PersonFace = {
      person,
      face: digest(track),
      embedding: encodeEmbedding(embedding),
      quality,
      source,
      atUs,
    };
    this.#records.push(encodePersonFace(face));
    this.#book.note(this.#owner, { kind: 'face', face });
  }

  #news(
    type: FaceNews['type'],
    { sightings, weight, votes }: FaceMean,
    about: Pick<FaceNews, 'person' | 'isNew' | 'distance'>,
  ): FaceNews {
    const voters = type === 'face-known' ? (votes[about.person.person] ?? 0) : weight - mostVotes(votes);
    const agreeing = Math.round((sightings * voters) / weight);
    return { type, sightings, agreeing, gallery: this.#book.version, ...about };
  }
}

function isNamed(
  { sightings, weight, votes }: FaceMean,
  { person, distance }: PersonMatch,
  rule: { sightings: number; share: number; within: number },
): boolean {
  if (sightings < rule.sightings || distance > rule.within) return false;
  return (votes[person.person] ?? 0) >= rule.share * weight;
}

function isStranger(
  { sightings, weight, votes }: FaceMean,
  nearest: PersonMatch | undefined,
  fromDistance: number,
): boolean {
  if (sightings < strange.sightings || (nearest && nearest.distance < fromDistance)) return false;
  return mostVotes(votes) <= strange.mostShare * weight;
}

function mostVotes(votes: FaceMean['votes']): number {
  return Math.max(0, ...Object.values(votes));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
