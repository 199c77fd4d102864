import type { Detection } from '../../topics/result-record.ts';
import type { FindModelOptions } from '../models/find-model.ts';
import type { Picture } from '../picture/decode-jpeg.ts';

/** Decoded pixels in red, green, blue. */
export type RgbPicture = Picture & { channels: 3 };

/** Paths of a step's models by the step's own names for them. Plain data, for it travels to a thread. */
export type StepModels = Readonly<Record<string, string>>;

/** One step of a chain, open. It belongs to one thread, and frames take turns: one `look` at a time. */
export interface Step {
  /**
   * Looks at a frame that was decoded already, and at what was found in it so far.
   *
   * @param picture stands until the promise settles, and is not to be written to
   * @returns the detections in the same order, with attributes of their own added to those that the step says something of
   * @throws INFERENCE_FAILED
   */
  look(picture: RgbPicture, detections: readonly Detection[]): Promise<Detection[]>;
  close(): Promise<void>;
}

/** A kind of step: how its models are found, once for the detector, and how it is opened, once for each thread. */
export interface StepKind {
  /** @throws MODEL_UNAVAILABLE, MODEL_INVALID */
  findModels(options: FindModelOptions): Promise<StepModels>;
  /** @throws MODEL_INVALID, MODEL_SHAPE, OPTIONAL_PART_MISSING */
  open(models: StepModels): Promise<Step>;
}
