import { createHash } from 'node:crypto';
import { faceThresholds, newAspect } from '../../stage/people/face-thresholds.ts';
import type { PeopleBook, PersonMatch } from '../../stage/people/people-book.ts';
import { decodeEmbedding, encodeEmbedding, type FaceAttribute } from '../../topics/face-attribute.ts';
import { encodePerson, encodePersonFace, eraseFace } from '../../topics/people-record.ts';
import type { Person, PersonFace } from '../../topics/people-schema.ts';
import type { OutgoingRecord } from '../../topics/record.ts';
import { type FaceEvidence, withFace } from './face-evidence.ts';

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

/** Fewest faces before a track is said to show somebody, and before it is said to show a stranger. */
const leastSightings = { known: 3, unknown: 5 };
/** Share of the faces that, each by itself, take the track for the person. */
const leastShare = 0.6;
/** A stranger is nobody's like in more than this share of the faces. */
const mostLikeSomebody = 0.4;
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
  #records: OutgoingRecord[] = [];

  /** @param owner under whom the book notes what is not written yet */
  constructor(book: PeopleBook, owner: number, state: Record<string, FaceEvidence> = {}) {
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
    const [alone] = this.#book.match(embedding, 'enrolled', { withinDistance: faceThresholds.same });
    const evidence = withFace(this.#evidence.get(sighting.track), embedding, alone?.person.person);
    this.#evidence.set(sighting.track, evidence);
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
    const mean = decodeEmbedding(evidence.mean);
    const [nearest] = mean ? this.#book.match(mean, 'enrolled') : [];
    if (nearest && isKnown(evidence, nearest)) return this.#tellKnown(evidence, nearest, sighting);
    if (!mean || evidence.told || !isStranger(evidence, nearest)) return undefined;
    return this.#tellUnknown(evidence, mean, nearest, sighting);
  }

  #tellKnown(evidence: FaceEvidence, { person, distance }: PersonMatch, { atUs }: FaceSighting): FaceNews | undefined {
    const { told } = evidence;
    if (told?.isEnrolled && this.#book.person(told.person)?.person === person.person) return undefined;
    if (told && !told.isEnrolled && told.isNew) this.#mendUnknown(told.person, person, atUs);
    evidence.told = { person: person.person, isEnrolled: true, isNew: false };
    return this.#news('face-known', evidence, { person, isNew: false, distance });
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
    mean: Float32Array,
    nearest: PersonMatch | undefined,
    sighting: FaceSighting,
  ): FaceNews {
    const [seenBefore] = this.#book.match(mean, 'unknown', { withinDistance: faceThresholds.sameUnknown });
    const person = seenBefore?.person ?? this.#newPerson(sighting);
    const isWanted =
      !seenBefore || (seenBefore.distance > newAspect && this.#book.facesOf(person.person).length < mostFaces);
    if (isWanted) this.#writeFace(person, mean, sighting);
    const isNew = !seenBefore;
    evidence.told = { person: person.person, isEnrolled: false, isNew };
    return this.#news('face-unknown', evidence, { person, isNew, ...(nearest ? { distance: nearest.distance } : {}) });
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
    { sightings, weight, votes }: FaceEvidence,
    about: Pick<FaceNews, 'person' | 'isNew' | 'distance'>,
  ): FaceNews {
    const voters = type === 'face-known' ? (votes[about.person.person] ?? 0) : weight - mostVotes(votes);
    const agreeing = Math.round((sightings * voters) / weight);
    return { type, sightings, agreeing, gallery: this.#book.version, ...about };
  }
}

function isKnown({ sightings, weight, votes }: FaceEvidence, { person, distance }: PersonMatch): boolean {
  if (sightings < leastSightings.known || distance > faceThresholds.same) return false;
  return (votes[person.person] ?? 0) >= leastShare * weight;
}

function isStranger({ sightings, weight, votes }: FaceEvidence, nearest: PersonMatch | undefined): boolean {
  if (sightings < leastSightings.unknown || (nearest && nearest.distance < faceThresholds.other)) return false;
  return mostVotes(votes) <= mostLikeSomebody * weight;
}

function mostVotes(votes: FaceEvidence['votes']): number {
  return Math.max(0, ...Object.values(votes));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
