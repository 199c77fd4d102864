import { faceThresholds } from '../../stage/people/face-thresholds.ts';
import type { PeopleBook } from '../../stage/people/people-book.ts';
import { decodeEmbedding, type FaceAttribute, faceOf } from '../../topics/face-attribute.ts';
import type { Box } from '../../topics/result-record.ts';
import type { SeenPicture } from './seen-picture.ts';

/**
 * `known`: somebody who is enrolled; `unknown`: nobody who is; `undecided`: too near to somebody for a stranger and too far
 * for them; `unclear`: too small, blurred or turned away to be compared.
 */
export type FaceVerdict = 'known' | 'unknown' | 'undecided' | 'unclear';

/** A face of a photo, and whose it is. */
export interface IdentifiedFace {
  /** In pixels of the photo, upright. */
  box: Box;
  /** 0..1, that it is a face. */
  score: number;
  verdict: FaceVerdict;
  /** With `known`, and with `unknown` where they were met before. */
  person?: string;
  name?: string;
  /** Euclidean, to the nearest face of that person; with `undecided` to whoever is nearest. */
  distance?: number;
}

/** Whose faces those of the persons in a photo are: one look each, without the agreement that a track brings. */
export function identifyFaces({ width, height, sight }: SeenPicture, book: PeopleBook) {
  const faces = sight.detections.flatMap((each) => faceOf(each) ?? []).map((face) => identify(face, book));
  return { width, height, gallery: book.version, faces };
}

function identify({ box, score, embedding }: FaceAttribute, book: PeopleBook): IdentifiedFace {
  const values = decodeEmbedding(embedding ?? '');
  return { box, score, ...(values ? judge(values, book) : { verdict: 'unclear' }) };
}

function judge(embedding: Float32Array, book: PeopleBook): Omit<IdentifiedFace, 'box' | 'score'> {
  const [nearest] = book.match(embedding, 'enrolled');
  if (nearest && nearest.distance < faceThresholds.other) {
    const distance = round(nearest.distance);
    if (nearest.distance > faceThresholds.same) return { verdict: 'undecided', distance };
    const { person, name } = nearest.person;
    return { verdict: 'known', person, ...(name === undefined ? {} : { name }), distance };
  }
  const [stranger] = book.match(embedding, 'unknown', { withinDistance: faceThresholds.sameUnknown });
  if (!stranger) return { verdict: 'unknown' };
  return { verdict: 'unknown', person: stranger.person.person, distance: round(stranger.distance) };
}

function round(distance: number): number {
  return Math.round(distance * 1000) / 1000;
}
