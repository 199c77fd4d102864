import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { fault } from '../../base/errors.ts';
import type { RawBox } from '../decoders/decoder.ts';
import { decoders } from '../decoders/decoders.ts';
import type { ModelManifest } from '../models/manifest.ts';
import type { Picture } from '../picture/decode-jpeg.ts';
import { InputFiller } from '../picture/input-filler.ts';
import type { Placement } from '../picture/placement.ts';
import { importOnnxRuntime } from './onnx-runtime.ts';
import { inputShape, openSession, outputShapes } from './open-session.ts';

export interface Inference {
  /** Candidates in pixels of the model's input. */
  boxes: RawBox[];
  /** Time of the model alone, microseconds. */
  inferenceUs: number;
}

/** An open model with the tensors it reads and writes. They are used again for every frame: one `run` at a time. */
export interface ModelRunner {
  /** @throws INFERENCE_FAILED */
  run(picture: Picture, placement: Placement): Promise<Inference>;
  close(): Promise<void>;
}

/** @throws MODEL_INVALID, MODEL_SHAPE, OPTIONAL_PART_MISSING */
export async function openModelRunner(manifest: ModelManifest, path: string, threshold: number): Promise<ModelRunner> {
  const session = await openSession(path, manifest);
  const input = await createInput(manifest);
  const outputs = await createOutputs(manifest);
  const decodeOptions = { input: manifest.input, classes: manifest.labels.length, threshold };

  return {
    async run(picture, placement) {
      const filled = input.write(picture, placement);
      const startedMs = performance.now();
      await runSession(session, manifest, filled, outputs.tensors);
      const inferenceUs = Math.round((performance.now() - startedMs) * 1000);
      return { boxes: decoders[manifest.decoder].decode(outputs.values, decodeOptions), inferenceUs };
    },
    close: () => session.release(),
  };
}

/** The tensor that every frame is written into. */
async function createInput(manifest: ModelManifest) {
  const { Tensor } = await importOnnxRuntime();
  const filler = new InputFiller(manifest.input);
  let tensor = new Tensor('float32', filler.values, inputShape(manifest));
  return {
    write(picture: Picture, placement: Placement): Tensor {
      filler.fill(picture, placement);
      if (tensor.data !== filler.values) tensor = new Tensor('float32', filler.values, inputShape(manifest));
      return tensor;
    },
  };
}

/** The tensors that the model writes into: a megabyte of fresh memory for every frame would only be thrown away again. */
async function createOutputs(manifest: ModelManifest) {
  const { Tensor } = await importOnnxRuntime();
  const tensors: Record<string, Tensor> = {};
  const values: Float32Array[] = [];
  for (const [index, shape] of outputShapes(manifest).entries()) {
    const data = new Float32Array(shape.reduce((product, length) => product * length, 1));
    tensors[manifest.outputs[index] ?? ''] = new Tensor('float32', data, shape);
    values.push(data);
  }
  return { tensors, values };
}

async function runSession(
  session: InferenceSession,
  manifest: ModelManifest,
  input: Tensor,
  outputs: Record<string, Tensor>,
): Promise<void> {
  try {
    await session.run({ [manifest.input.name]: input }, outputs);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fault('INFERENCE_FAILED', `the model "${manifest.name}" failed: ${reason}`, { cause });
  }
}
