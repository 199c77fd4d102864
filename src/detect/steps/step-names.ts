/** What a detector may do with a frame after its model has looked, in the order in which they are listed. */
export const stepNames = ['faces', 'pose'] as const;
export type StepName = (typeof stepNames)[number];
