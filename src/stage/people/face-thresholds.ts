/**
 * Distances of embeddings, from bench/quality/faces.ts (docs/faces.md has the whole curve): between photos of one person 0.54 at
 * most, between those of two people 0.58 at least (YuNet).
 */
export const faceThresholds = {
  /** Up to here two faces are of one person. */
  same: 0.55,
  /** From here on they are not; between the two nothing is said. */
  other: 0.58,
  /** Up to here a face that is not clear may be of the person it is nearest to: of a stranger's small faces some come to 0.63. */
  perhaps: 0.62,
  /** Unknown people are only taken for each other when they are nearer than anybody who is named would have to be. */
  sameUnknown: 0.5,
} as const;

export type FaceThresholds = Readonly<Record<keyof typeof faceThresholds, number>>;

/** Faces nearer than this say nothing new about a person. */
export const newAspect = 0.35;

/** Pairs of different people in bench/quality/faces.ts, and how many of them are nearer than `same`. */
export const measuredPairs = { pairs: 1913, accepted: 0 } as const;
