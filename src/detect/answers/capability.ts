import type { PeopleBook } from '../../stage/people/people-book.ts';
import type { AskTask } from '../../topics/ask-task.ts';
import { jointsOf } from '../../topics/joints.ts';
import type { StepName } from '../steps/step-names.ts';
import { identifyFaces } from './identify-face.ts';
import type { SeenPicture } from './seen-picture.ts';

/** Something that a detector can be asked. A new one is a row in the table below. */
export interface Capability {
  task: AskTask;
  /** A step that the detector must have; left out: its model is enough. */
  needs?: StepName;
  /** @returns JSON. @throws a fault that is told to whoever asked */
  answer(picture: SeenPicture, people: () => Promise<PeopleBook>): unknown;
}

export const capabilities: readonly Capability[] = [
  {
    task: 'identify-object',
    answer: ({ width, height, sight }) => ({ width, height, detections: sight.detections }),
  },
  {
    task: 'identify-face',
    needs: 'faces',
    answer: async (picture, people) => identifyFaces(picture, await people()),
  },
  {
    task: 'read-pose',
    needs: 'pose',
    answer: ({ width, height, sight }) => ({
      width,
      height,
      persons: sight.detections.filter((each) => jointsOf(each) !== undefined),
    }),
  },
];

/** What a detector with these steps can be asked. */
export function capabilitiesOf(steps: readonly StepName[]): Capability[] {
  return capabilities.filter(({ needs }) => needs === undefined || steps.includes(needs));
}
