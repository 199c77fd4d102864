import type { Logger } from '../../base/logger.ts';
import { framesPerThread, startInferencePool } from '../inference/inference-pool.ts';
import { checkLabels } from '../models/check-labels.ts';
import { type FoundModel, findModel } from '../models/find-model.ts';
import { findChain } from '../steps/chain.ts';
import type { Looker, LookerOptions } from './looker.ts';

export interface LocalLookerOptions {
  detector: string;
  looker: LookerOptions & { model: string };
  /** Inference threads. */
  workers: number;
  cacheDir: string;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** Finds the model and looks with it in threads of this process. */
export async function startLocalLooker(options: LocalLookerOptions): Promise<Looker> {
  const { detector, looker, workers, logger } = options;
  const { labels, threshold, steps = [] } = looker;
  const found = await findModel(looker.model, options);
  checkLabels(labels ?? [], found.manifest);
  const chain = steps.length > 0 ? { chain: await findChain(steps, options) } : {};
  const pool = await startInferencePool({
    settings: {
      ...found,
      ...(labels === undefined ? {} : { labels }),
      ...(threshold === undefined ? {} : { threshold }),
      ...chain,
    },
    threads: workers,
    onCrash: (error) => logger.error({ detector }, `${error.message}; another thread takes over`),
  });
  announce(options, found, pool.threads);
  return {
    model: found.manifest.name,
    concurrency: pool.threads * framesPerThread,
    failed: pool.failed,
    look: (frame) => pool.look(frame),
    // Threads answer in the end, or are replaced.
    giveUpWaiting: () => undefined,
    close: () => pool.close(),
  };
}

function announce({ detector, looker, logger }: LocalLookerOptions, { manifest, path }: FoundModel, threads: number) {
  const threshold = looker.threshold ?? manifest.threshold;
  const details = { model: manifest.name, licence: manifest.licence, threads, threshold, path };
  logger.info(details, `detector ${detector} looks with ${manifest.name}`);
}
