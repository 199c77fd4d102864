import { type Joint, jointsAttribute } from '../../topics/joints.ts';
import type { Detection } from '../../topics/result-record.ts';
import { locateModel } from '../models/find-model.ts';
import { movenetLightning } from '../models/movenet-lightning.ts';
import type { RgbPicture, Step, StepKind } from '../steps/step.ts';
import { openPoseReader, type PoseReader } from './pose-reader.ts';

/** Reads the joints of persons. */
export const poseStep: StepKind = {
  findModels: async (options) => ({ movenet: await locateModel(movenetLightning, options) }),
  open: async (models) => new PoseStep(await openPoseReader(models.movenet ?? '')),
};

const label = 'person';
/** Each costs its milliseconds: in a crowd the joints of those that are seen best are read. */
const mostPeople = 8;

class PoseStep implements Step {
  readonly #reader: PoseReader;

  constructor(reader: PoseReader) {
    this.#reader = reader;
  }

  async look(picture: RgbPicture, detections: readonly Detection[]): Promise<Detection[]> {
    const people = detections.filter((each) => each.label === label).sort((a, b) => b.score - a.score);
    const joints = new Map<Detection, Joint[]>();
    for (const person of people.slice(0, mostPeople)) joints.set(person, await this.#reader.read(picture, person.box));
    return detections.map((detection) => {
      const found = joints.get(detection);
      return found ? { ...detection, attributes: { ...detection.attributes, [jointsAttribute]: found } } : detection;
    });
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}
