import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fault } from '../../base/errors.ts';
import type { OnnxTensor } from './onnx-model.ts';
import { readWeights, type WeightEntry } from './weights.ts';

/** A convolution that has taken in the scale and shift behind it. */
export interface Convolution {
  /** float32[out × in × height × width] */
  filters: OnnxTensor;
  /** One for each output. */
  biases: Float32Array;
}

/** The weights of dlib's face recognition network as face-api carries them. */
export class FaceNetWeights {
  readonly #tensors: ReadonlyMap<string, OnnxTensor>;

  private constructor(tensors: ReadonlyMap<string, OnnxTensor>) {
    this.#tensors = tensors;
  }

  /**
   * @param manifestPath `…-weights_manifest.json`, with the weights beside it
   * @throws MODEL_INVALID when the bytes do not fit the list
   */
  static async read(manifestPath: string): Promise<FaceNetWeights> {
    try {
      const groups = JSON.parse(await readFile(manifestPath, 'utf8')) as { paths: string[]; weights: WeightEntry[] }[];
      const tensors = new Map<string, OnnxTensor>();
      for (const { paths, weights } of groups) {
        const files = await Promise.all(paths.map((file) => readFile(join(dirname(manifestPath), file))));
        for (const [name, tensor] of readWeights(Buffer.concat(files), weights)) tensors.set(name, tensor);
      }
      return new FaceNetWeights(tensors);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw fault('MODEL_INVALID', `${manifestPath} does not list the weights of a network: ${reason}`, { cause });
    }
  }

  /** @throws MODEL_INVALID when it is missing */
  get(name: string): OnnxTensor {
    const tensor = this.#tensors.get(name);
    if (tensor) return tensor;
    throw fault('MODEL_INVALID', `the network's weights lack "${name}"`);
  }

  /** @throws MODEL_INVALID when one of its parts is missing */
  convolution(name: string): Convolution {
    const scale = this.get(`${name}/scale/weights`).data as Float32Array;
    const shift = this.get(`${name}/scale/biases`).data as Float32Array;
    const biases = this.get(`${name}/conv/bias`).data as Float32Array;
    return {
      filters: outputsFirst(this.get(`${name}/conv/filters`), scale),
      biases: biases.map((value, at) => value * (scale[at] ?? 0) + (shift[at] ?? 0)),
    };
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
