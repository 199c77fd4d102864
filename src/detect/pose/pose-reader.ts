import { fault } from '../../base/errors.ts';
import { type Joint, jointNames } from '../../topics/joints.ts';
import type { Box } from '../../topics/result-record.ts';
import { importOnnxRuntime } from '../inference/onnx-runtime.ts';
import { openPlainSession } from '../inference/open-session.ts';
import { movenetLightning } from '../models/movenet-lightning.ts';
import type { Picture } from '../picture/decode-jpeg.ts';
import { fillCrop, type Square, squareAround } from './pose-crop.ts';

/** Reads the joints of people, one person after the other. */
export interface PoseReader {
  /**
   * @param box around the person, frame pixels
   * @returns one joint for each of `jointNames`, in frame pixels; they may lie outside of the box and of the frame
   * @throws INFERENCE_FAILED
   */
  read(picture: Picture, box: Box): Promise<Joint[]>;
  close(): Promise<void>;
}

/** Pixels. */
const inputSize = 192;
const [inputName, outputName] = ['input', 'Identity'];

/**
 * Opens MoveNet (single pose) with one thread. It takes int32[1 × 192 × 192 × 3], red, green, blue, and gives
 * float32[1 × 1 × 17 × 3]: y and x as shares of the input, and a score.
 *
 * @param path of the file that `convertCarriedModel` wrote
 * @throws MODEL_INVALID, OPTIONAL_PART_MISSING
 */
export async function openPoseReader(path: string): Promise<PoseReader> {
  const { Tensor } = await importOnnxRuntime();
  const session = await openPlainSession(path, movenetLightning.name);
  const pixels = new Int32Array(3 * inputSize ** 2);
  const values = new Float32Array(3 * jointNames.length);
  const inputs = { [inputName]: new Tensor('int32', pixels, [1, inputSize, inputSize, 3]) };
  const outputs = { [outputName]: new Tensor('float32', values, [1, 1, jointNames.length, 3]) };
  return {
    async read(picture, box) {
      const square = squareAround(box);
      fillCrop(picture, square, inputSize, pixels);
      try {
        await session.run(inputs, outputs);
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw fault('INFERENCE_FAILED', `the model "${movenetLightning.name}" failed: ${reason}`, { cause });
      }
      return decodeJoints(values, square);
    },
    close: () => session.release(),
  };
}

/**
 * @param values float32[17 × 3]: y and x as shares of the square, score
 * @returns places rounded to tenths of a pixel, scores to hundredths
 */
export function decodeJoints(values: Float32Array, { left, top, side }: Square): Joint[] {
  return jointNames.map((_, index) => {
    const [y = 0, x = 0, score = 0] = values.subarray(3 * index, 3 * index + 3);
    return [round(left + x * side, 10), round(top + y * side, 10), round(Math.max(0, Math.min(1, score)), 100)];
  });
}

function round(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
