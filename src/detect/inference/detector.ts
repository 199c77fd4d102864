import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { fault } from '../../base/errors.ts';
import type { Detection } from '../../topics/result-record.ts';
import { decoders } from '../decoders/decoders.ts';
import { toDetections } from '../decoders/to-detections.ts';
import type { ModelManifest } from '../models/manifest.ts';
import { decodeJpeg } from '../picture/decode-jpeg.ts';
import { fillInput, fillMargin } from '../picture/fill-input.ts';
import { type Placement, placeFrame } from '../picture/placement.ts';
import { importOnnxRuntime } from './onnx-runtime.ts';
import { inputShape, openSession } from './open-session.ts';

export interface DetectorSettings {
  manifest: ModelManifest;
  /** The model's file. */
  path: string;
  /** Only these labels are reported; undefined: all. */
  labels?: readonly string[];
  /** 0..1; undefined: the manifest's. */
  threshold?: number;
}

/** One frame to look at: its JPEG and the size that its headers promise. */
export interface JpegFrame {
  jpeg: Uint8Array;
  width: number;
  height: number;
}

export interface Sight {
  /** Highest score first, boxes in frame pixels. */
  detections: Detection[];
  /** Time of the model alone, microseconds. */
  inferenceUs: number;
}

/** A model with everything around it: JPEG in, detections out. One per thread. */
export interface Detector {
  /**
   * Looks at one frame. Calls may overlap: while one runs in the model the next one is decoded on another thread.
   *
   * @throws FRAME_UNDECODABLE, INFERENCE_FAILED
   */
  look(frame: JpegFrame): Promise<Sight>;
  close(): Promise<void>;
}

/** @throws MODEL_INVALID, MODEL_SHAPE, OPTIONAL_PART_MISSING */
export async function openDetector(settings: DetectorSettings): Promise<Detector> {
  const { manifest, path } = settings;
  const session = await openSession(path, manifest);
  const input = await createInput(manifest);
  const wanted = settings.labels && new Set(settings.labels);
  const threshold = settings.threshold ?? manifest.threshold;
  // The input tensor is shared: one frame at a time from filling it to reading the outputs.
  let turn: Promise<unknown> = Promise.resolve();

  async function infer(fill: () => void): Promise<{ outputs: Float32Array[]; inferenceUs: number }> {
    fill();
    const startedMs = performance.now();
    const outputs = await run(session, manifest, input.tensor);
    return { outputs, inferenceUs: Math.round((performance.now() - startedMs) * 1000) };
  }

  return {
    async look({ jpeg, width, height }) {
      const placement = placeFrame(width, height, manifest.input);
      const needed = { neededWidth: placement.width, neededHeight: placement.height };
      const picture = await decodeJpeg(jpeg, { width, height, ...needed });
      const mine = turn.then(() =>
        infer(() => {
          input.prepare(placement);
          fillInput(picture, manifest.input, placement, input.values);
        }),
      );
      turn = mine.catch(() => undefined);
      const { outputs, inferenceUs } = await mine;
      const classes = manifest.labels.length;
      const boxes = decoders[manifest.decoder].decode(outputs, { input: manifest.input, classes, threshold });
      const { labels, nmsIou } = manifest;
      const frame = { placement, frameWidth: width, frameHeight: height };
      return { detections: toDetections(boxes, { ...frame, labels, wanted, nmsIou }), inferenceUs };
    },
    async close() {
      await turn;
      await session.release();
    },
  };
}

/** The tensor that every frame is written into; its margin is filled again only when the placement changes. */
async function createInput(manifest: ModelManifest) {
  const { Tensor } = await importOnnxRuntime();
  const { input } = manifest;
  const values = new Float32Array(3 * input.width * input.height);
  const tensor = new Tensor('float32', values, inputShape(manifest));
  let placed = '';
  const prepare = (placement: Placement): void => {
    const place = JSON.stringify(placement);
    if (place !== placed) fillMargin(input, values);
    placed = place;
  };
  return { values, tensor, prepare };
}

async function run(session: InferenceSession, manifest: ModelManifest, input: Tensor): Promise<Float32Array[]> {
  try {
    const results = await session.run({ [manifest.input.name]: input }, [...manifest.outputs]);
    return manifest.outputs.map((name) => {
      const data = results[name]?.data;
      if (!(data instanceof Float32Array)) throw new TypeError(`the output "${name}" is not float32`);
      return data;
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fault('INFERENCE_FAILED', `the model "${manifest.name}" failed: ${reason}`, { cause });
  }
}
