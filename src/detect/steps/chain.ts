import type { Detection } from '../../topics/result-record.ts';
import type { FindModelOptions } from '../models/find-model.ts';
import type { Picture } from '../picture/decode-jpeg.ts';
import type { RgbPicture, StepModels } from './step.ts';
import { stepKinds } from './step-kinds.ts';
import { type StepName, stepNames } from './step-names.ts';

/** The steps behind a detector's model, with their models found. Plain data, for it travels to a thread. */
export type ChainSettings = readonly { name: StepName; models: StepModels }[];

/** The steps behind a detector's model, open: each sees the same decoded frame and what those before it have added. */
export interface Chain {
  /** @throws INFERENCE_FAILED */
  look(picture: Picture, detections: Detection[]): Promise<Seen>;
  close(): Promise<void>;
}

interface Seen {
  detections: Detection[];
  /** Time of each step with everything around its models, microseconds. */
  stepsUs: Partial<Record<StepName, number>>;
}

/**
 * Finds the models of steps. A step may build on what another one adds: whatever order they are asked for in, they run in
 * that of `stepNames`.
 *
 * @throws MODEL_UNAVAILABLE, MODEL_INVALID
 */
export function findChain(steps: readonly StepName[], options: FindModelOptions): Promise<ChainSettings> {
  const wanted = stepNames.filter((name) => steps.includes(name));
  return Promise.all(wanted.map(async (name) => ({ name, models: await stepKinds[name].findModels(options) })));
}

/** @throws MODEL_INVALID, MODEL_SHAPE, OPTIONAL_PART_MISSING */
export async function openChain(settings: ChainSettings): Promise<Chain> {
  const steps = await Promise.all(
    settings.map(async ({ name, models }) => ({ name, step: await stepKinds[name].open(models) })),
  );
  return {
    async look(picture, detections) {
      const seen: Seen = { detections, stepsUs: {} };
      const colours = steps.length > 0 ? inColours(picture) : undefined;
      for (const { name, step } of steps) {
        const startedMs = performance.now();
        if (colours) seen.detections = await step.look(colours, seen.detections);
        seen.stepsUs[name] = Math.round((performance.now() - startedMs) * 1000);
      }
      return seen;
    },
    async close() {
      for (const { step } of steps) await step.close();
    },
  };
}

/** Grey becomes red, green and blue: steps need not know of it. */
export function inColours(picture: Picture): RgbPicture {
  const { width, height, channels, data } = picture;
  if (channels === 3) return { width, height, channels, data };
  const colours = new Uint8Array(3 * width * height);
  for (let at = 0; at < colours.length; at++) colours[at] = data[Math.floor(at / 3) * channels] ?? 0;
  return { width, height, channels: 3, data: colours };
}
