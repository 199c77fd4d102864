import type { Detection } from '../../topics/result-record.ts';
import { toDetections } from '../decoders/to-detections.ts';
import type { ModelManifest } from '../models/manifest.ts';
import { openJpegDecoder } from '../picture/decode-jpeg.ts';
import { placeFrame } from '../picture/placement.ts';
import { type ChainSettings, openChain } from '../steps/chain.ts';
import { openModelRunner } from './model-runner.ts';

export interface DetectorSettings {
  manifest: ModelManifest;
  /** The model's file. */
  path: string;
  /** Only these labels are reported; undefined: all. */
  labels?: readonly string[];
  /** 0..1; undefined: the manifest's. */
  threshold?: number;
  /** What looks at each frame after the model; left out: nothing. */
  chain?: ChainSettings;
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
  /** Time of each step behind the model, microseconds; left out where there is none. */
  stepsUs?: Readonly<Record<string, number>>;
}

/** A model with everything around it: JPEG in, detections out. One per thread. */
export interface Detector {
  /**
   * Looks at one frame. Calls may overlap; frames take turns.
   *
   * @throws FRAME_UNDECODABLE, INFERENCE_FAILED
   */
  look(frame: JpegFrame): Promise<Sight>;
  close(): Promise<void>;
}

/** @throws MODEL_INVALID, MODEL_SHAPE, OPTIONAL_PART_MISSING */
export async function openDetector(settings: DetectorSettings): Promise<Detector> {
  const { manifest, path, labels, threshold } = settings;
  const runner = await openModelRunner(manifest, path, threshold ?? manifest.threshold);
  const chain = settings.chain && (await openChain(settings.chain));
  const decoder = await openJpegDecoder();
  const wanted = labels && new Set(labels);
  let turn: Promise<unknown> = Promise.resolve();

  async function look({ jpeg, width, height }: JpegFrame): Promise<Sight> {
    const placement = placeFrame(width, height, manifest.input);
    const picture = await decoder.decode(jpeg, { width, height });
    const { boxes, inferenceUs } = await runner.run(picture, placement);
    const frame = { placement, frameWidth: width, frameHeight: height };
    const { nmsIou } = manifest;
    const detections = toDetections(boxes, { ...frame, labels: manifest.labels, wanted, nmsIou });
    return { inferenceUs, detections, ...(await chain?.look(picture, detections)) };
  }

  return {
    look(frame) {
      const mine = turn.then(() => look(frame));
      turn = mine.catch(() => undefined);
      return mine;
    },
    async close() {
      await turn;
      await runner.close();
      await chain?.close();
    },
  };
}
