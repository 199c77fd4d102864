import type { FaceQuality } from '../../topics/face-attribute.ts';

/** Faces below say too little of whose they are. */
const least = { eyesPx: 14, sharpness: 0.002, turn: 0.25 };

/** Whether a face is large, sharp and frontal enough for its embedding to tell people apart. */
export function isWorthDescribing({ eyesPx, sharpness, turn }: FaceQuality): boolean {
  return eyesPx >= least.eyesPx && sharpness >= least.sharpness && turn <= least.turn;
}
