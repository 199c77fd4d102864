/** The seventeen joints of a person in the order of COCO's keypoints; left is the person's own left. */
export const jointNames = [
  'nose',
  'left-eye',
  'right-eye',
  'left-ear',
  'right-ear',
  'left-shoulder',
  'right-shoulder',
  'left-elbow',
  'right-elbow',
  'left-wrist',
  'right-wrist',
  'left-hip',
  'right-hip',
  'left-knee',
  'right-knee',
  'left-ankle',
  'right-ankle',
] as const;
export type JointName = (typeof jointNames)[number];

/** Lines between joints, as a picture of a person is drawn. */
export const bones: readonly (readonly [JointName, JointName])[] = [
  ['left-shoulder', 'right-shoulder'],
  ['left-shoulder', 'left-elbow'],
  ['left-elbow', 'left-wrist'],
  ['right-shoulder', 'right-elbow'],
  ['right-elbow', 'right-wrist'],
  ['left-shoulder', 'left-hip'],
  ['right-shoulder', 'right-hip'],
  ['left-hip', 'right-hip'],
  ['left-hip', 'left-knee'],
  ['left-knee', 'left-ankle'],
  ['right-hip', 'right-knee'],
  ['right-knee', 'right-ankle'],
];

/** Where a joint is in the frame, pixels, and how sure the model is of it, 0..1. */
export type Joint = readonly [x: number, y: number, score: number];

/** The attribute of a detection that holds its joints, in the order of `jointNames`. */
export const jointsAttribute = 'joints';

/** The joints that a detection carries; undefined where it carries none, or something else under their name. */
export function jointsOf({ attributes }: { attributes?: Record<string, unknown> }): readonly Joint[] | undefined {
  const joints = attributes?.[jointsAttribute];
  if (!Array.isArray(joints) || joints.length !== jointNames.length) return undefined;
  return joints.every(isJoint) ? joints : undefined;
}

function isJoint(value: unknown): value is Joint {
  return Array.isArray(value) && value.length === 3 && value.every((each) => Number.isFinite(each));
}
