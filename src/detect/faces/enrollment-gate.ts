import { fault } from '../../base/errors.ts';
import type { FaceQuality } from '../../topics/face-attribute.ts';
import type { PhotoFace } from './photo-faces.ts';

/** Whoever is enrolled is compared with for long: better than what is good enough to be compared. */
const least = { eyesPx: 25, sharpness: 0.006, turn: 0.2 };
/** A second face that is smaller than this share of the first is somebody in the background. */
const bystander = 0.4;

/**
 * The face of a photo that somebody is to be recognised by.
 *
 * @param faces of the photo, largest first
 * @param photo its name, for the reason
 * @throws FACE_REFUSED with the reason: no face, several, too small, blurred, turned away
 */
export function faceToEnroll(faces: readonly PhotoFace[], photo: string): PhotoFace & { embedding: string } {
  const [first, second] = faces;
  if (!first) throw refuse(photo, 'no face was found');
  if (second && second.face.box.width >= bystander * first.face.box.width) {
    const count = faces.filter(({ face }) => face.box.width >= bystander * first.face.box.width).length;
    throw refuse(
      photo,
      `${count} faces were found, and nobody says which one is meant`,
      'Cut the photo so that one is left.',
    );
  }
  const { quality, embedding } = first.face;
  const reason = lack(quality);
  if (reason !== undefined) throw refuse(photo, reason);
  if (embedding === undefined) throw refuse(photo, 'the face cannot be told apart');
  return { ...first, embedding };
}

function lack({ eyesPx, sharpness, turn }: FaceQuality): string | undefined {
  if (eyesPx < least.eyesPx) return `the face is tiny: ${eyesPx} pixels between the eyes, ${least.eyesPx} at least`;
  if (turn > least.turn) return `the face is turned away: ${turn}, ${least.turn} at most`;
  if (sharpness < least.sharpness) return `the face is blurred: sharpness ${sharpness}, ${least.sharpness} at least`;
  return undefined;
}

function refuse(photo: string, reason: string, next?: string) {
  return fault('FACE_REFUSED', `${photo}: ${reason}`, next === undefined ? {} : { next });
}
