import { availableParallelism } from 'node:os';
import { fault } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { ServerHealth } from '../remote/remote-looker.ts';
import { isRemoteModel } from '../remote/remote-model.ts';
import { delayOfModel, isDelay, startDelayLooker } from './delay-looker.ts';
import { startLocalLooker } from './local-looker.ts';
import type { Looker, LookerOptions } from './looker.ts';

export interface StartLookerOptions {
  /** `<name>@<version>`, for diagnostics. */
  detector: string;
  looker: LookerOptions;
  /** Where models are kept between runs. */
  cacheDir: string;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Told how the server of a remote model is, whenever that changes. */
  onServer?: (health: ServerHealth) => void;
}

/**
 * Starts what a detector's `model` names.
 *
 * @throws MODEL_NOT_FOUND, MODEL_UNAVAILABLE, MODEL_INVALID, MODEL_SHAPE, OPTIONAL_PART_MISSING, CONFIG_INVALID (a label
 *   that the model does not know, a server without a manifest)
 */
export async function startLooker(options: StartLookerOptions): Promise<Looker> {
  const { looker, logger } = options;
  const { model, workers } = looker;
  const isHere = typeof model === 'string' && !isRemoteModel(model) && !isDelay(model);
  if (!isHere && looker.steps?.length) {
    throw fault(
      'CONFIG_INVALID',
      `the steps ${looker.steps.join(', ')} need a model that runs here, with its picture`,
      {
        next: 'Name a model or an ONNX file, or leave its `steps` out.',
      },
    );
  }
  if (typeof model !== 'string' || isRemoteModel(model)) {
    const { startRemoteLooker } = await import('../remote/start-remote-looker.ts');
    return startRemoteLooker({ ...options, model: typeof model === 'string' ? { url: model } : model });
  }
  const count = workers === 'auto' ? availableParallelism() : Math.max(1, Math.floor(workers));
  const delayMs = delayOfModel(model);
  if (delayMs !== undefined) {
    logger.info(`detector ${options.detector} waits ${delayMs} ms over each frame and reports nothing`);
    return startDelayLooker({ delayMs, workers: count });
  }
  return startLocalLooker({ ...options, looker: { ...looker, model }, workers: count });
}
