import type { Box, Detection } from '../../topics/result-record.ts';
import type { FoundFace } from './face-finder.ts';

/** How far beside a person's box the middle of their face may be, as a share of the box. */
const tolerance = 0.1;

/**
 * Whose face is whose: each face goes to the person in whose box its middle lies, nearest to the middle of the upper edge;
 * each person has one at most. Faces that nobody owns are left out.
 *
 * @param faces highest score first
 * @returns the face of each of the persons
 */
export function ownFaces(persons: readonly Detection[], faces: readonly FoundFace[]): (FoundFace | undefined)[] {
  const owned: (FoundFace | undefined)[] = persons.map(() => undefined);
  const pairs = faces.flatMap((face) =>
    persons.flatMap(({ box }, person) => {
      const distance = distanceToTop(box, face.box);
      return distance === undefined ? [] : [{ face, person, distance }];
    }),
  );
  const taken = new Set<FoundFace>();
  for (const { face, person, distance: _ } of pairs.toSorted((a, b) => a.distance - b.distance)) {
    if (owned[person] || taken.has(face)) continue;
    owned[person] = face;
    taken.add(face);
  }
  return owned;
}

/** In shares of the person's box; undefined when the face is not in it. */
function distanceToTop(person: Box, face: Box): number | undefined {
  const across = (face.x + face.width / 2 - person.x) / person.width - 0.5;
  const down = (face.y + face.height / 2 - person.y) / person.height;
  const isInside = Math.abs(across) <= 0.5 + tolerance && down >= -tolerance && down <= 1;
  return isInside ? Math.hypot(across, down) : undefined;
}
