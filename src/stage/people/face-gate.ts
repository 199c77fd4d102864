import type { FaceQuality } from '../../topics/face-attribute.ts';

/** What a face has to be like. */
type Gate = Pick<FaceQuality, 'eyesPx' | 'turn'>;

/** Worth describing: several of them that agree tell who it is. */
const fair: Gate = { eyesPx: 9, turn: 0.45 };
/** Each by itself tells who it is, and that it is nobody who is known. */
const clear: Gate = { eyesPx: 14, turn: 0.25 };
/** A small face cannot be sharp once it has been enlarged; one that could be and is not is blurred, and looks like anybody. */
const sharpnessPerPixel = 0.0003;
const largeEyesPx = 30;

/** Whether a face says anything of whose it is. */
export function isFairFace(quality: FaceQuality): boolean {
  return passes(quality, fair);
}

/** Whether a face is large, sharp and frontal enough to be told apart by itself. */
export function isClearFace(quality: FaceQuality): boolean {
  return passes(quality, clear);
}

function passes({ eyesPx, sharpness, turn }: FaceQuality, gate: Gate): boolean {
  const leastSharpness = sharpnessPerPixel * Math.min(eyesPx, largeEyesPx);
  return eyesPx >= gate.eyesPx && sharpness >= leastSharpness && turn <= gate.turn;
}
