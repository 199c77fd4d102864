import { fault } from '../../base/errors.ts';
import { type Joint, jointNames } from '../../topics/joints.ts';
import type { Box } from '../../topics/result-record.ts';
import { importOnnxRuntime } from '../inference/onnx-runtime.ts';
import { openPlainSession } from '../inference/open-session.ts';
import { levelScale, movenetInput, movenetLightning, movenetSide } from '../models/movenet-lightning.ts';
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

const outputName = 'Identity';
/** What MoveNet takes for each grey level, rounded after each step as it would do it. */
const levels = Float32Array.from({ length: 256 }, (_, level) => Math.fround(level * levelScale) - 1);

/**
 * Opens MoveNet (single pose) with one thread. It gives float32[1 × 1 × 17 × 3]: y and x as shares of the input, and a
 * score.
 *
 * @param path of the file that `convertCarriedModel` wrote
 * @throws MODEL_INVALID, OPTIONAL_PART_MISSING
 */
export async function openPoseReader(path: string): Promise<PoseReader> {
  const { Tensor } = await importOnnxRuntime();
  const session = await openPlainSession(path, movenetLightning.name);
  const pixels = new Float32Array(3 * movenetSide ** 2);
  const values = new Float32Array(3 * jointNames.length);
  const inputs = { [movenetInput]: new Tensor('float32', pixels, [1, movenetSide, movenetSide, 3]) };
  const outputs = { [outputName]: new Tensor('float32', values, [1, 1, jointNames.length, 3]) };
  return {
    async read(picture, box) {
      const square = squareAround(box);
      fillCrop(picture, square, levels, movenetSide, pixels);
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
