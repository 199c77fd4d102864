import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { fault } from '../../base/errors.ts';
import { importOnnxRuntime } from '../inference/onnx-runtime.ts';
import { openPlainSession } from '../inference/open-session.ts';
import type { Picture } from '../picture/decode-jpeg.ts';
import { InputFiller } from '../picture/input-filler.ts';
import { type ClipManifest, parseClipManifest } from './clip-manifest.ts';

/** A model that takes several frames and gives scores. */
export interface ClipModel {
  readonly manifest: ClipManifest;
  /** A picture as the model wants each of its frames: float32[3 × height × width], or [height × width × 3] with nthwc. */
  frame(picture: Picture): Float32Array;
  /**
   * @param frames exactly as many as its input has
   * @returns a chance for each label, 0..1
   * @throws INFERENCE_FAILED
   */
  judge(frames: readonly Float32Array[]): Promise<number[]>;
  close(): Promise<void>;
}

/**
 * Opens `x.onnx` by its manifest `x.yml` (or `.yaml`) beside it.
 *
 * @throws MODEL_NOT_FOUND, CONFIG_INVALID, MODEL_INVALID, MODEL_SHAPE, OPTIONAL_PART_MISSING
 */
export async function openClipModel(manifestPath: string): Promise<ClipModel> {
  const manifest = parseClipManifest(await readManifest(manifestPath), manifestPath);
  const path = join(dirname(manifestPath), `${basename(manifestPath).replace(/\.[^.]+$/, '')}.onnx`);
  const session = await openPlainSession(path, manifest.name);
  const { input, output, labels } = manifest;
  const names = [session.inputNames.join(), session.outputNames.includes(output) ? output : session.outputNames.join()];
  if (names[0] !== input.name || names[1] !== output) {
    const message = `${path} takes ${names[0]} and gives ${session.outputNames.join()}`;
    throw fault('MODEL_SHAPE', `${message}; its manifest says ${input.name} and ${output}`);
  }
  const { Tensor } = await importOnnxRuntime();
  const filler = new InputFiller({
    ...input,
    layout: input.layout === 'nthwc' ? 'nhwc' : 'nchw',
    fit: 'stretch',
    fill: 0,
  });
  const values = new Float32Array(3 * input.frames * input.width * input.height);
  const tensor = new Tensor('float32', values, shapeOf(input));
  return {
    manifest,
    frame(picture) {
      const { width, height } = input;
      const scales = { scaleX: width / picture.width, scaleY: height / picture.height };
      filler.fill(picture, { left: 0, top: 0, width, height, ...scales });
      return filler.values.slice();
    },
    async judge(frames) {
      for (const [index, frame] of frames.entries()) place(frame, index, input, values);
      try {
        const found = await session.run({ [input.name]: tensor });
        const scores = [...((found[output]?.data as Float32Array | undefined) ?? [])];
        if (scores.length === labels.length) return chancesOf(manifest, scores);
        throw new Error(`it gave ${scores.length} scores for ${labels.length} labels`);
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw fault('INFERENCE_FAILED', `the model "${manifest.name}" failed: ${reason}`, { cause });
      }
    },
    close: () => session.release(),
  };
}

async function readManifest(path: string): Promise<unknown> {
  try {
    return parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw fault('MODEL_NOT_FOUND', `${path} cannot be read: ${reason}`, { cause });
  }
}

function shapeOf({ layout, frames, width, height }: ClipManifest['input']): number[] {
  if (layout === 'nthwc') return [1, frames, height, width, 3];
  return layout === 'ntchw' ? [1, frames, 3, height, width] : [1, 3, frames, height, width];
}

/** Frames lie one after the other, but with ncthw: there the frames of each colour do. */
function place(
  frame: Float32Array,
  index: number,
  { layout, frames }: ClipManifest['input'],
  values: Float32Array,
): void {
  if (layout !== 'ncthw') {
    values.set(frame, index * frame.length);
    return;
  }
  const plane = frame.length / 3;
  for (let colour = 0; colour < 3; colour++)
    values.set(frame.subarray(colour * plane, (colour + 1) * plane), (colour * frames + index) * plane);
}

function chancesOf({ scores: kind }: ClipManifest, scores: readonly number[]): number[] {
  if (kind === 'chances') return [...scores];
  if (kind === 'logits-sigmoid') return scores.map((score) => 1 / (1 + Math.exp(-score)));
  const most = Math.max(...scores);
  const raised = scores.map((score) => Math.exp(score - most));
  const sum = raised.reduce((total, each) => total + each, 0);
  return raised.map((each) => each / sum);
}
