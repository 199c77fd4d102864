import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fault } from '../../base/errors.ts';
import { GraphBuilder } from './conversion-step.ts';
import { encodeOnnxModel, type OnnxTensor } from './onnx-model.ts';
import { readWeights, type WeightEntry } from './weights.ts';

/** What the file is called by its reader: float32[1 × 3 × 150 × 150] in, float32[1 × 128] out. */
export const faceNetNames = { input: 'chip', output: 'embedding' } as const;

const chipSize = 150;
const embeddingLength = 128;

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

/**
 * Writes dlib's face recognition network (King, dlib_face_recognition_resnet_model_v1: a ResNet of 29 layers, after He et
 * al. 2015) as an ONNX file, from the weights that face-api carries. Each convolution takes in the scale and shift behind it.
 *
 * @param manifestPath `…-weights_manifest.json`, with the weights beside it
 * @throws MODEL_INVALID when a weight is missing or the bytes do not fit the list
 */
export async function convertFaceRecognitionNet(manifestPath: string, name: string): Promise<Uint8Array> {
  const network = new FaceNetwork(await readManifest(manifestPath));
  const output = network.write();
  const { nodes, constants } = network.builder;
  nodes.push({ operator: 'Identity', inputs: [output], outputs: [faceNetNames.output], attributes: {} });
  return encodeOnnxModel({
    name,
    nodes,
    constants,
    inputs: [{ name: faceNetNames.input, type: 'float32', shape: [1, 3, chipSize, chipSize] }],
    outputs: [{ name: faceNetNames.output, type: 'float32', shape: [1, embeddingLength] }],
  });
}

async function readManifest(path: string): Promise<Map<string, OnnxTensor>> {
  try {
    const groups = JSON.parse(await readFile(path, 'utf8')) as { paths: string[]; weights: WeightEntry[] }[];
    const tensors = new Map<string, OnnxTensor>();
    for (const { paths, weights } of groups) {
      const files = await Promise.all(paths.map((file) => readFile(join(dirname(path), file))));
      for (const [name, tensor] of readWeights(Buffer.concat(files), weights)) tensors.set(name, tensor);
    }
    return tensors;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fault('MODEL_INVALID', `${path} does not list the weights of a network: ${reason}`, { cause });
  }
}

class FaceNetwork {
  readonly builder = new GraphBuilder();
  readonly #weights: ReadonlyMap<string, OnnxTensor>;

  constructor(weights: ReadonlyMap<string, OnnxTensor>) {
    this.#weights = weights;
  }

  /** @returns the name of the value that is the embedding */
  write(): string {
    let [value, channels, size] = [this.#convolve(faceNetNames.input, 'conv32_down', { stride: 2, pad: 0 }), 32, 72];
    value = this.#emit('MaxPool', [this.#emit('Relu', [value])], { kernel_shape: [3, 3], strides: [2, 2] });
    size = 35;
    for (const block of blocks) {
      if (block.channels === undefined) value = this.#residual(value, block.name);
      else {
        value = this.#halve(value, { ...block, channels: block.channels, from: channels, size });
        [channels, size] = [block.channels, Math.floor(size / 2)];
      }
    }
    const average = this.#emit('Flatten', [this.#emit('GlobalAveragePool', [value])], { axis: 1 });
    return this.#emit('MatMul', [average, this.builder.addConstant(this.#weight('fc'))]);
  }

  #residual(input: string, name: string): string {
    const first = this.#emit('Relu', [this.#convolve(input, `${name}/conv1`, { stride: 1, pad: 1 })]);
    const second = this.#convolve(first, `${name}/conv2`, { stride: 1, pad: 1 });
    return this.#emit('Relu', [this.#emit('Add', [second, input])]);
  }

  /** The convolutions may come out a row and a column smaller than the pooled picture, which has fewer channels: zeros. */
  #halve(
    input: string,
    { name, channels, from, size }: { name: string; channels: number; from: number; size: number },
  ) {
    const first = this.#emit('Relu', [this.#convolve(input, `${name}/conv1`, { stride: 2, pad: 0 })]);
    const second = this.#convolve(first, `${name}/conv2`, { stride: 1, pad: 1 });
    const missing = Math.floor(size / 2) - (Math.floor((size - 3) / 2) + 1);
    const pooled = this.#emit('AveragePool', [input], { kernel_shape: [2, 2], strides: [2, 2] });
    const widened = this.#pad(pooled, [channels - from, 0, 0]);
    return this.#emit('Relu', [this.#emit('Add', [widened, this.#pad(second, [0, missing, missing])])]);
  }

  /** Zeros behind: channels, rows, columns. */
  #pad(value: string, [channels, rows, columns]: readonly [number, number, number]): string {
    if (channels + rows + columns === 0) return value;
    const pads = BigInt64Array.from([0, 0, 0, 0, 0, channels, rows, columns], BigInt);
    return this.#emit('Pad', [value, this.builder.addConstant({ type: 'int64', shape: [8], data: pads })]);
  }

  #convolve(input: string, name: string, { stride, pad }: { stride: number; pad: number }): string {
    const filters = this.#weight(`${name}/conv/filters`);
    const [height = 0, width = 0] = filters.shape;
    const [scale, shift] = [this.#weight(`${name}/scale/weights`).data, this.#weight(`${name}/scale/biases`).data];
    const bias = Float32Array.from(
      this.#weight(`${name}/conv/bias`).data as Float32Array,
      (value, at) => value * Number(scale[at] ?? 0) + Number(shift[at] ?? 0),
    );
    const inputs = [
      input,
      this.builder.addConstant(outputsFirst(filters, scale as Float32Array)),
      this.builder.addConstant({ type: 'float32', shape: [bias.length], data: bias }),
    ];
    return this.#emit('Conv', inputs, {
      kernel_shape: [height, width],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    });
  }

  #weight(name: string): OnnxTensor {
    const tensor = this.#weights.get(name);
    if (tensor) return tensor;
    throw fault('MODEL_INVALID', `the network's weights lack "${name}"`);
  }

  #emit(operator: string, inputs: readonly string[], attributes: Record<string, number | readonly number[]> = {}) {
    return this.builder.add(operator, inputs, attributes, 1)[0] ?? '';
  }
}

/** [height, width, in, out] as TensorFlow has it → [out, in, height, width], each output channel scaled. */
function outputsFirst({ shape, data }: OnnxTensor, scale: Float32Array): OnnxTensor {
  const [height = 0, width = 0, inputs = 0, outputs = 0] = shape;
  const cells = height * width;
  const values = new Float32Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const output = at % outputs;
    const input = Math.floor(at / outputs) % inputs;
    const cell = Math.floor(at / (outputs * inputs));
    values[(output * inputs + input) * cells + cell] = Number(data[at]) * (scale[output] ?? 0);
  }
  return { type: 'float32', shape: [outputs, inputs, height, width], data: values };
}
