import { wallClockUs } from '../../base/clock.ts';
import { fault, isFault, type VigilError } from '../../base/errors.ts';
import { enrollment, type NewFace } from '../../stage/people/edit-people.ts';
import { faceThresholds } from '../../stage/people/face-thresholds.ts';
import type { PeopleBook } from '../../stage/people/people-book.ts';
import { decodeEmbedding } from '../../topics/face-attribute.ts';
import type { Person } from '../../topics/people-schema.ts';
import { faceOfEvent } from './event-face.ts';
import type { PeopleDesk } from './people-desk.ts';
import { faceOfPhoto, readPhoto, withPhotoReader } from './read-photos.ts';

export interface EnrollOutcome {
  person: string;
  name: string;
  enrolled: string[];
  refused: { photo: string; code: string; message: string; next: string }[];
  /** Somebody else whom the new faces are as near to as faces of one person are. */
  looksLike?: { name: string; distance: number };
}

/**
 * Enrols the faces of photos, or of an event, under a name. Photos that are refused are named with the reason; the others count.
 *
 * @throws FACE_REFUSED, PHOTO_UNREADABLE when nothing is left to enrol
 */
export async function enroll(
  desk: PeopleDesk,
  name: string,
  { photos, event }: { photos: readonly string[]; event?: string | undefined },
): Promise<EnrollOutcome> {
  if (name.trim() === '') throw fault('USAGE', 'The name is empty');
  const sources = event === undefined ? photos : [event];
  const faces: NewFace[] = [];
  const outcome: EnrollOutcome = { person: '', name: name.trim(), enrolled: [], refused: [] };
  let last: VigilError | undefined;
  await withPhotoReader(async (reader) => {
    for (const source of sources) {
      try {
        const isEvent = source === event;
        faces.push(
          isEvent
            ? await faceOfEvent(reader, desk.brokers, source)
            : await faceOfPhoto(reader, await readPhoto(source), source),
        );
        outcome.enrolled.push(source);
      } catch (error) {
        if (!isFault(error, 'FACE_REFUSED') && !isFault(error, 'PHOTO_UNREADABLE')) throw error;
        last = error;
        const { code, message, next } = error;
        outcome.refused.push({ photo: source, code, message, next });
      }
    }
  });
  if (faces.length === 0 && last) throw outcome.refused.length === 1 ? last : nothingLeft(outcome, last);
  const { person, records } = enrollment(desk.book, name, faces, wallClockUs());
  const looksLike = nearestOther(desk.book, person, faces);
  await desk.write(records);
  return { ...outcome, person: person.person, ...(looksLike ? { looksLike } : {}) };
}

function nothingLeft({ refused }: EnrollOutcome, last: VigilError): VigilError {
  return fault(
    last.code,
    `none of the photos can be enrolled:\n  ${refused.map(({ message }) => message).join('\n  ')}`,
  );
}

function nearestOther(book: PeopleBook, person: Person, faces: readonly NewFace[]): EnrollOutcome['looksLike'] {
  const matches = faces.flatMap(({ embedding }) => {
    const values = decodeEmbedding(embedding);
    return values ? book.match(values, 'enrolled', { most: 2, withinDistance: faceThresholds.same }) : [];
  });
  const others = matches.filter((match) => match.person.person !== person.person);
  const [nearest] = others.toSorted((a, b) => a.distance - b.distance);
  return nearest && { name: nearest.person.name ?? nearest.person.person, distance: round(nearest.distance) };
}

export function round(distance: number): number {
  return Math.round(distance * 1e4) / 1e4;
}
