import type { Box, Detection } from './result-record.ts';

/** Places in a face that a finder tells; right and left are the person's own. */
export const facePoints = ['rightEye', 'leftEye', 'nose', 'rightMouth', 'leftMouth', 'mouth'] as const;
export type FacePoint = (typeof facePoints)[number];
/** In frame pixels, x and y. */
export type FacePoints = Partial<Record<FacePoint, [x: number, y: number]>>;

/** How good a picture of the face it is. */
export interface FaceQuality {
  /** Between the eyes, frame pixels. */
  eyesPx: number;
  /** Variance of the Laplacian over that of the brightness, of the aligned face. */
  sharpness: number;
  /** How far the points are from those of a face seen from the front, as a share of the distance of the eyes. */
  turn: number;
}

/** The face of a detection, as `attributes.face` of a result holds it. */
export interface FaceAttribute {
  box: Box;
  /** 0..1 */
  score: number;
  points: FacePoints;
  quality: FaceQuality;
  /** Base64 of float32[128], little endian; left out where the face is too small, blurred or turned away to be told apart. */
  embedding?: string;
}

/** Numbers of one embedding. */
export const embeddingLength = 128;

export function encodeEmbedding(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

/** @returns undefined when the text is not 128 finite numbers */
export function decodeEmbedding(text: string): Float32Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 4 * embeddingLength) return undefined;
  const values = Float32Array.from({ length: embeddingLength }, (_, at) => bytes.readFloatLE(4 * at));
  return values.every(Number.isFinite) ? values : undefined;
}

/** The face of a detection; undefined where none was found, or what is there is no face. */
export function faceOf({ attributes }: Pick<Detection, 'attributes'>): FaceAttribute | undefined {
  const face = attributes?.face as Partial<FaceAttribute> | undefined;
  if (typeof face?.score !== 'number' || !face.box || !face.points || !face.quality) return undefined;
  return face as FaceAttribute;
}
