import { decodeEmbedding, encodeEmbedding } from '../../topics/face-attribute.ts';

/** What faces of one track say together. */
export interface FaceMean {
  sightings: number;
  /** Sum of weights: later faces weigh a little more than those long ago. */
  weight: number;
  /** Weighed mean of their embeddings. */
  mean: string;
  /** Weight of the faces that took somebody for a person, by the person's id. */
  votes: Record<string, number>;
}

/** What the faces of one track say so far. JSON, to go on with after a restart. */
export interface FaceEvidence {
  /** Faces that are clear. */
  clear?: FaceMean;
  /** All faces. */
  all?: FaceMean;
  /** What was told last. */
  told?: { person: string; isEnrolled: boolean; isNew: boolean };
}

/** So many faces back the evidence has faded to a third. */
const memory = 30;
const leastVote = 0.01;

/** Takes one more face in. @param person whom it votes for; undefined: nobody */
export function withFace(before: FaceMean | undefined, embedding: Float32Array, person: string | undefined): FaceMean {
  const kept = 1 - 1 / memory;
  const old = before ? decodeEmbedding(before.mean) : undefined;
  const oldWeight = before && old ? before.weight * kept : 0;
  const weight = oldWeight + 1;
  const mean = embedding.map((value, at) => ((old?.[at] ?? 0) * oldWeight + value) / weight);
  const faded = Object.entries(before?.votes ?? {}).map(([id, vote]) => [id, vote * kept] as const);
  const votes = Object.fromEntries(faded.filter(([, vote]) => vote > leastVote));
  if (person !== undefined) votes[person] = (votes[person] ?? 0) + 1;
  return { sightings: (before?.sightings ?? 0) + 1, weight, mean: encodeEmbedding(mean), votes };
}
