import { bones, type Joint, jointNames } from '../../../src/topics/joints.ts';

/** Below, a joint is a guess, and not drawn. */
const leastScore = 0.2;

/** Smaller than this on the screen, a person is hidden by lines rather than shown by them; CSS pixels. */
export const leastHeight = 64;

const pairs = bones.map(([from, to]) => [jointNames.indexOf(from), jointNames.indexOf(to)] as const);

export interface BoneLines {
  lines: readonly (readonly [from: Joint, to: Joint])[];
  points: readonly Joint[];
}

/** What is drawn of a person: lines between the joints that the model is sure of, their ends, and the nose. */
export function boneLines(joints: readonly Joint[]): BoneLines {
  const sure = (joint: Joint | undefined): joint is Joint => joint !== undefined && joint[2] >= leastScore;
  const lines = pairs.flatMap(([from, to]) => {
    const [a, b] = [joints[from], joints[to]];
    return sure(a) && sure(b) ? [[a, b] as const] : [];
  });
  const [nose] = joints;
  return { lines, points: [...new Set([...lines.flat(), ...(sure(nose) ? [nose] : [])])] };
}
