import type { ModelInput } from '../models/manifest.ts';

/** One candidate as a decoder reads it from a model: a corner form box in pixels of the model's input, unclipped. */
export interface RawBox {
  classIndex: number;
  /** 0..1 */
  score: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** Places on the thing, x and y by turns, where the model tells them; pixels of the input. */
  points?: readonly number[];
}

export interface DecodeOptions {
  input: Pick<ModelInput, 'width' | 'height'>;
  /** Number of classes the model tells apart. */
  classes: number;
  /** Candidates below it are left out, 0..1. */
  threshold: number;
}

/** Turns the output tensors of one family of models into boxes. */
export interface Decoder {
  /** The shape of each output, in the order in which `decode` takes them. */
  outputShapes(options: Pick<DecodeOptions, 'input' | 'classes'>): readonly (readonly number[])[];
  /**
   * @param outputs float32, row-major, of exactly `outputShapes`
   * @returns candidates at or above the threshold, one class each, before non-maximum suppression, in no order
   */
  decode(outputs: readonly Float32Array[], options: DecodeOptions): RawBox[];
}
