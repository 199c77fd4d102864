import type { OnnxTensor } from './onnx-model.ts';

/** Least and greatest of the values that a part of a network gives. */
export type ValueRange = readonly [least: number, greatest: number];

/** How real values become bytes 0..255: value = scale × (byte − zeroPoint). */
export interface ByteScale {
  scale: number;
  zeroPoint: number;
}

/** Nought is one of the 256 values, so that padding stays nought. */
export function byteScale([least, greatest]: ValueRange): ByteScale {
  const [from, to] = [Math.min(0, least), Math.max(0, greatest)];
  const scale = (to - from) / 255 || 1;
  return { scale, zeroPoint: Math.round(Math.abs(from) / scale) };
}

/**
 * Seven bits and not eight: processors without VNNI add two products of a byte and a weight in 16 bits, which 2 × 255 × 64
 * still fits and 2 × 255 × 127 does not; ONNX Runtime would cut such sums off and say nothing.
 */
const largestWeight = 64;

/** Filters and biases of a convolution in whole numbers, scaled by each output's largest weight (symmetric, per channel). */
export interface WholeFilters {
  filters: OnnxTensor;
  filterScales: Float32Array;
  biases: OnnxTensor;
  biasScales: Float32Array;
}

/**
 * @param filters float32[out × …]
 * @param biases one for each output
 * @param inputScale what one step of the input is worth: products, and so biases, are counted in steps of both
 * @param offsets added to the biases before they are rounded, given the filters as they have become
 */
export function wholeFilters(
  { shape, data }: OnnxTensor,
  biases: ArrayLike<number>,
  inputScale: number,
  offsets: (filters: Float32Array) => ArrayLike<number> = () => [],
): WholeFilters {
  const outputs = shape[0] ?? 0;
  const length = data.length / outputs;
  const filterScales = new Float32Array(outputs);
  const whole = new Int8Array(data.length);
  const rounded = new Float32Array(data.length);
  for (let output = 0; output < outputs; output++) {
    const scale = scaleOf(data.subarray(output * length, (output + 1) * length) as Float32Array);
    filterScales[output] = scale;
    for (let at = output * length; at < (output + 1) * length; at++) {
      whole[at] = Math.round(Number(data[at]) / scale);
      rounded[at] = scale * (whole[at] ?? 0);
    }
  }
  const added = offsets(rounded);
  const biasScales = filterScales.map((scale) => scale * inputScale);
  const wholeBiases = Int32Array.from(biasScales, (scale, at) =>
    Math.round(((biases[at] ?? 0) + (added[at] ?? 0)) / scale),
  );
  return {
    filters: { type: 'int8', shape, data: whole },
    filterScales,
    biases: { type: 'int32', shape: [outputs], data: wholeBiases },
    biasScales,
  };
}

/** An output without weights keeps a scale in which a bias can be counted. */
function scaleOf(weights: Float32Array): number {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  return Math.fround(Math.max(largest / largestWeight, 1e-6));
}
