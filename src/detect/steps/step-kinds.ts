import { facesStep } from '../faces/faces-step.ts';
import { poseStep } from '../pose/pose-step.ts';
import type { StepKind } from './step.ts';
import type { StepName } from './step-names.ts';

export const stepKinds: Readonly<Record<StepName, StepKind>> = { faces: facesStep, pose: poseStep };
