import { decodeEmbedding, encodeEmbedding } from '../../topics/face-attribute.ts';

/** What the faces of one track say so far. JSON, to go on with after a restart. */
export interface FaceEvidence {
  /** Faces that were good enough to compare. */
  sightings: number;
  /** Sum of weights: later faces weigh a little more than those long ago. */
  weight: number;
  /** Weighed mean of their embeddings. */
  mean: string;
  /** Weight of the faces that took somebody for a person, by the person's id. */
  votes: Record<string, number>;
  /** What was told last. */
  told?: { person: string; isEnrolled: boolean; isNew: boolean };
}

/** So many faces back the evidence has faded to a third. */
const memory = 30;
const leastVote = 0.01;

/** Takes one more face in. @param person whose it is by itself; undefined: nobody's who is enrolled */
export function withFace(
  evidence: FaceEvidence | undefined,
  embedding: Float32Array,
  person: string | undefined,
): FaceEvidence {
  const kept = 1 - 1 / memory;
  const before = evidence ? decodeEmbedding(evidence.mean) : undefined;
  const old = before && evidence ? evidence.weight * kept : 0;
  const weight = old + 1;
  const mean = embedding.map((value, at) => ((before?.[at] ?? 0) * old + value) / weight);
  const faded = Object.entries(evidence?.votes ?? {}).map(([id, vote]) => [id, vote * kept] as const);
  const votes = Object.fromEntries(faded.filter(([, vote]) => vote > leastVote));
  if (person !== undefined) votes[person] = (votes[person] ?? 0) + 1;
  const told = evidence?.told ? { told: evidence.told } : {};
  return { sightings: (evidence?.sightings ?? 0) + 1, weight, mean: encodeEmbedding(mean), votes, ...told };
}
