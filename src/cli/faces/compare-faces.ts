import { fault } from '../../base/errors.ts';
import { faceThresholds } from '../../stage/people/face-thresholds.ts';
import { decodeEmbedding } from '../../topics/face-attribute.ts';
import type { Person } from '../../topics/people-schema.ts';
import { round } from './enroll.ts';
import type { PeopleDesk } from './people-desk.ts';
import { faceOfPhoto, facesOf, readPhoto, withPhotoReader } from './read-photos.ts';

export interface Verification {
  photo: string;
  /** To the nearest face of the person. */
  distance: number;
  threshold: number;
  isSame: boolean;
}

/** Whether photos show a person: each against the nearest of the faces that are there of them. @throws FACE_REFUSED, PHOTO_UNREADABLE */
export function verify(desk: PeopleDesk, { person }: Person, photos: readonly string[]): Promise<Verification[]> {
  const known = desk.book.facesOf(person).flatMap(({ embedding }) => decodeEmbedding(embedding) ?? []);
  if (known.length === 0) throw fault('PERSON_UNKNOWN', `there is no face of "${person}" to compare with`);
  return withPhotoReader(async (reader) => {
    const verified: Verification[] = [];
    for (const photo of photos) {
      const { embedding } = await faceOfPhoto(reader, await readPhoto(photo), photo);
      const values = decodeEmbedding(embedding) ?? new Float32Array();
      const distance = Math.min(
        ...known.map((each) => Math.hypot(...each.map((value, at) => value - (values[at] ?? 0)))),
      );
      const threshold = faceThresholds.same;
      verified.push({ photo, distance: round(distance), threshold, isSame: distance <= threshold });
    }
    return verified;
  });
}

export interface FoundPerson {
  person: string;
  name?: string;
  isEnrolled: boolean;
  distance: number;
  firstSeen?: string;
}

/** Who looks like the largest face of a photo, unknown people included, nearest first. @throws FACE_REFUSED, PHOTO_UNREADABLE */
export function searchByPhoto(desk: PeopleDesk, photo: string, most: number): Promise<FoundPerson[]> {
  return withPhotoReader(async (reader) => {
    const [largest] = await facesOf(reader, await readPhoto(photo), photo);
    const embedding = decodeEmbedding(largest?.face.embedding ?? '');
    if (!embedding) throw fault('FACE_REFUSED', `${photo}: no face was found that can be told apart`);
    const matches = (['enrolled', 'unknown'] as const).flatMap((kind) => desk.book.match(embedding, kind, { most }));
    return matches
      .toSorted((a, b) => a.distance - b.distance)
      .slice(0, most)
      .map(({ person: { person, name, isEnrolled, firstSeen }, distance }) => ({
        person,
        ...(name === undefined ? {} : { name }),
        isEnrolled,
        distance: round(distance),
        ...(firstSeen === undefined ? {} : { firstSeen }),
      }));
  });
}
