import { fault } from '../../base/errors.ts';
import { GraphBuilder } from './conversion-step.ts';
import { type ByteScale, byteScale, type ValueRange, type WholeFilters, wholeFilters } from './eight-bits.ts';
import { FaceNetWeights } from './face-net-weights.ts';
import { encodeOnnxModel, type OnnxTensor, type OnnxValue } from './onnx-model.ts';

/** What the file is called by its reader: uint8[1 × 150 × 150 × 3], a chip as it is, in; float32[1 × 128] out. */
export const faceNetNames = { input: 'chip', output: 'embedding' } as const;

const chipSize = 150;
const embeddingLength = 128;

/** The network's means of red, green and blue, which it wants taken off, and then 255 to be 1. */
const means = [122.782, 117.001, 104.298] as const;
const inputBytes: ByteScale = { scale: Math.fround(1 / 255), zeroPoint: 0 };

/** Residual blocks in their order: name, and whether it halves the picture (and how many channels it then has). */
const blocks: readonly { name: string; channels?: number }[] = [
  ...['conv32_1', 'conv32_2', 'conv32_3'].map((name) => ({ name })),
  { name: 'conv64_down', channels: 64 },
  ...['conv64_1', 'conv64_2', 'conv64_3'].map((name) => ({ name })),
  { name: 'conv128_down', channels: 128 },
  ...['conv128_1', 'conv128_2'].map((name) => ({ name })),
  { name: 'conv256_down', channels: 256 },
  ...['conv256_1', 'conv256_2'].map((name) => ({ name })),
  { name: 'conv256_down_out', channels: 256 },
];

/** Zeros behind a value: channels, rows, columns. */
type Zeros = readonly [channels: number, rows: number, columns: number];

/** The range of each value between two layers, by its name. */
export type FaceNetRanges = Readonly<Record<string, ValueRange>>;

/**
 * Writes dlib's face recognition network (King, dlib_face_recognition_resnet_model_v1: a ResNet of 29 layers, after He et
 * al. 2015) as an ONNX file, from the weights that face-api carries. Each convolution takes in the scale and shift behind it.
 *
 * @param manifestPath `…-weights_manifest.json`, with the weights beside it
 * @param ranges makes it count in whole numbers of eight bits (Jacob et al. 2018), which takes half the time. Left out: in
 * float32, and every value between two layers is an output too, under the name its range goes by.
 * @throws MODEL_INVALID when a weight is missing or the bytes do not fit the list
 */
export async function convertFaceRecognitionNet(
  manifestPath: string,
  name: string,
  ranges?: FaceNetRanges,
): Promise<Uint8Array> {
  const network = new FaceNetwork(await FaceNetWeights.read(manifestPath), ranges);
  const embedding = network.write();
  const { nodes, constants } = network.builder;
  nodes.push({ operator: 'Identity', inputs: [embedding], outputs: [faceNetNames.output], attributes: {} });
  return encodeOnnxModel({
    name,
    nodes,
    constants,
    inputs: [{ name: faceNetNames.input, type: 'uint8', shape: [1, chipSize, chipSize, 3] }],
    outputs: [{ name: faceNetNames.output, type: 'float32', shape: [1, embeddingLength] }, ...network.between],
  });
}

/** A value between two layers, and the bytes that stand for it where it is rounded to such. */
interface Value {
  name: string;
  bytes?: ByteScale | undefined;
}

interface ConvolutionOptions {
  stride: number;
  pad: number;
  /** Whether what is below nought becomes nought. */
  relu: boolean;
  /** Rows and columns of zeros that are put behind. */
  missing?: number;
  /** Added to the biases, given the filters. */
  offsets?: (filters: Float32Array) => Float32Array;
}

class FaceNetwork {
  readonly builder = new GraphBuilder();
  readonly between: OnnxValue[] = [];
  readonly #weights: FaceNetWeights;
  readonly #ranges: FaceNetRanges | undefined;

  constructor(weights: FaceNetWeights, ranges: FaceNetRanges | undefined) {
    this.#weights = weights;
    this.#ranges = ranges;
  }

  /** @returns the name of the value that is the embedding */
  write(): string {
    const chip = this.#emit('Transpose', [faceNetNames.input], { perm: [0, 3, 1, 2] });
    let value: Value = { name: this.#fromBytes(chip, inputBytes), ...(this.#ranges && { bytes: inputBytes }) };
    value = this.#convolve(value, 'conv32_down', { stride: 2, pad: 0, relu: true, offsets: withoutMeans });
    const pooled = this.#emit('MaxPool', [value.name], { kernel_shape: [3, 3], strides: [2, 2] });
    value = this.#round(pooled, value.bytes);
    let [channels, size] = [32, 35];
    for (const block of blocks) {
      if (block.channels === undefined) value = this.#residual(value, block.name);
      else {
        value = this.#halve(value, { ...block, channels: block.channels, from: channels, size });
        [channels, size] = [block.channels, Math.floor(size / 2)];
      }
    }
    const average = this.#emit('Flatten', [this.#emit('GlobalAveragePool', [value.name])], { axis: 1 });
    return this.#emit('MatMul', [average, this.builder.addConstant(this.#weights.get('fc'))]);
  }

  #residual(input: Value, name: string): Value {
    const first = this.#convolve(input, `${name}/conv1`, { stride: 1, pad: 1, relu: true });
    return this.#add(this.#convolve(first, `${name}/conv2`, { stride: 1, pad: 1, relu: false }), input, name);
  }

  /** The convolutions may come out a row and a column smaller than the pooled picture, which has fewer channels: zeros. */
  #halve(
    input: Value,
    { name, channels, from, size }: { name: string; channels: number; from: number; size: number },
  ): Value {
    const missing = Math.floor(size / 2) - (Math.floor((size - 3) / 2) + 1);
    const first = this.#convolve(input, `${name}/conv1`, { stride: 2, pad: 0, relu: true });
    const second = this.#convolve(first, `${name}/conv2`, { stride: 1, pad: 1, relu: false, missing });
    const pooled = this.#emit('AveragePool', [input.name], { kernel_shape: [2, 2], strides: [2, 2] });
    return this.#add(second, this.#round(pooled, input.bytes, [channels - from, 0, 0]), name);
  }

  #add(one: Value, other: Value, name: string): Value {
    return this.#settle(this.#emit('Relu', [this.#emit('Add', [one.name, other.name])]), name);
  }

  #convolve(input: Value, name: string, { stride, pad, relu, missing = 0, offsets }: ConvolutionOptions): Value {
    const { filters, biases } = this.#weights.convolution(name);
    const [, , height = 0, width = 0] = filters.shape;
    const constants = input.bytes
      ? this.#wholeConstants(wholeFilters(filters, biases, input.bytes.scale, offsets))
      : this.#realConstants(filters, biases, offsets?.(filters.data as Float32Array));
    const sums = this.#emit('Conv', [input.name, ...constants], {
      kernel_shape: [height, width],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    });
    return this.#settle(relu ? this.#emit('Relu', [sums]) : sums, name, [0, missing, missing]);
  }

  #realConstants(filters: OnnxTensor, biases: Float32Array, added: Float32Array | undefined): string[] {
    const data = biases.map((bias, at) => bias + (added?.[at] ?? 0));
    return [filters, { type: 'float32', shape: [data.length], data } as const].map((tensor) =>
      this.builder.addConstant(tensor),
    );
  }

  #wholeConstants({ filters, filterScales, biases, biasScales }: WholeFilters): string[] {
    const parts = [
      [filters, filterScales],
      [biases, biasScales],
    ] as const;
    return parts.map(([whole, data]) => {
      const scales = this.builder.addConstant({ type: 'float32', shape: [data.length], data });
      return this.#emit('DequantizeLinear', [this.builder.addConstant(whole), scales], { axis: 0 });
    });
  }

  /** A value between two layers: rounded to the bytes of its range, or shown when ranges are not known yet. */
  #settle(value: string, name: string, zeros?: Zeros): Value {
    if (this.#ranges) return this.#round(value, byteScale(this.#rangeOf(name)), zeros);
    this.builder.nodes.push({ operator: 'Identity', inputs: [value], outputs: [name], attributes: {} });
    this.between.push({ name, type: 'float32' });
    return this.#round(value, undefined, zeros);
  }

  #rangeOf(name: string): ValueRange {
    const range = this.#ranges?.[name];
    if (range) return range;
    throw fault('MODEL_INVALID', `the range of the value "${name}" is not known`);
  }

  /** @param zeros that are put behind: channels, rows, columns */
  #round(value: string, bytes: ByteScale | undefined, zeros: Zeros = [0, 0, 0]): Value {
    if (!bytes) return { name: this.#pad(value, zeros) };
    const rounded = this.#emit('QuantizeLinear', [value, ...this.#scaleConstants(bytes)]);
    const nought = this.builder.addConstant({ type: 'uint8', shape: [], data: Uint8Array.of(bytes.zeroPoint) });
    return { name: this.#fromBytes(this.#pad(rounded, zeros, nought), bytes), bytes };
  }

  #fromBytes(value: string, bytes: ByteScale): string {
    return this.#emit('DequantizeLinear', [value, ...this.#scaleConstants(bytes)]);
  }

  #scaleConstants({ scale, zeroPoint }: ByteScale): string[] {
    return [
      this.builder.addConstant({ type: 'float32', shape: [], data: Float32Array.of(scale) }),
      this.builder.addConstant({ type: 'uint8', shape: [], data: Uint8Array.of(zeroPoint) }),
    ];
  }

  #pad(value: string, zeros: Zeros, nought?: string): string {
    if (zeros.every((count) => count === 0)) return value;
    const pads = BigInt64Array.from([0, 0, 0, 0, 0, ...zeros], BigInt);
    const where = this.builder.addConstant({ type: 'int64', shape: [pads.length], data: pads });
    return this.#emit('Pad', [value, where, ...(nought === undefined ? [] : [nought])]);
  }

  #emit(operator: string, inputs: readonly string[], attributes: Record<string, number | readonly number[]> = {}) {
    return this.builder.add(operator, inputs, attributes, 1)[0] ?? '';
  }
}

/** What the biases of the first convolution take in, so that the chip comes as it is: nothing is padded there. */
function withoutMeans(filters: Float32Array): Float32Array {
  const outputs = 32;
  const cells = filters.length / outputs / means.length;
  return Float32Array.from({ length: outputs }, (_, output) => {
    const sums = means.map((mean, colour) => {
      const from = (output * means.length + colour) * cells;
      return mean * filters.subarray(from, from + cells).reduce((sum, weight) => sum + weight, 0);
    });
    return -sums.reduce((total, sum) => total + sum, 0) / 255;
  });
}
