import { faceThresholds, measuredPairs } from '../../stage/people/face-thresholds.ts';
import type { PeopleBook } from '../../stage/people/people-book.ts';
import type { Person } from '../../topics/people-schema.ts';
import { formatTimeUs } from '../../topics/record.ts';

/** A person as `vigil faces list` and `show` tell of them. */
export function describePerson(book: PeopleBook, { person, name, isEnrolled, atUs, firstSeen }: Person) {
  return {
    /** What a reader calls them. */
    title: name ?? 'unknown',
    person,
    ...(name === undefined ? {} : { name }),
    isEnrolled,
    since: formatTimeUs(atUs),
    faces: book.facesOf(person).length,
    alsoKnownAs: book.idsOf(person).slice(1),
    ...(firstSeen === undefined ? {} : { firstSeen }),
  };
}

export function describeFaces(book: PeopleBook, { person }: Person) {
  return book.facesOf(person).map(({ face, source, quality, atUs, crop }) => ({
    face,
    from: source.photo ?? source.frame ?? source.track ?? 'somewhere',
    source,
    quality,
    since: formatTimeUs(atUs),
    hasCrop: crop !== undefined,
  }));
}

/** The threshold with what it was measured to let through. */
export function describeThreshold(): string {
  const { pairs, accepted } = measuredPairs;
  // None of n seen: below 3 / n with 95 % confidence (the rule of three).
  const most =
    accepted === 0
      ? `below ${(300 / pairs).toFixed(2)} % with 95 % confidence`
      : `${((100 * accepted) / pairs).toFixed(2)} %`;
  return `same person up to a distance of ${faceThresholds.same}: ${accepted} of ${pairs} pairs of different people were nearer (${most})`;
}
