import { cacheDirectory } from '../../base/cache-directory.ts';
import { createLogger } from '../../base/logger.ts';
import { startLooker } from '../../detect/looker/start-looker.ts';
import { importSharp } from '../../detect/picture/import-sharp.ts';
import { type DetectorConfig, detectorId } from '../config/journey-config.ts';

const warmUpFrames = 5;
const frames = 30;

/**
 * Times one worker of a detector on this machine, decoding included: it always has as many frames in hand as keep it
 * busy.
 *
 * @param width of the pictures, pixels
 * @throws what starting the model throws
 */
export async function measureSecondsPerFrame(detector: DetectorConfig, width: number): Promise<number> {
  const picture = await noisyPicture(width);
  const { model, labels, threshold, steps } = detector;
  const looker = await startLooker({
    detector: detectorId(detector),
    looker: {
      model,
      workers: 1,
      ...(labels === undefined ? {} : { labels }),
      ...(threshold === undefined ? {} : { threshold }),
      ...(steps === undefined ? {} : { steps }),
    },
    cacheDir: cacheDirectory(),
    logger: createLogger('plan'),
  });
  try {
    await lookAt(warmUpFrames, looker.concurrency, () => looker.look(picture));
    const startedMs = performance.now();
    await lookAt(frames, looker.concurrency, () => looker.look(picture));
    return (performance.now() - startedMs) / 1000 / frames;
  } finally {
    await looker.close();
  }
}

async function lookAt(count: number, atOnce: number, look: () => Promise<unknown>): Promise<void> {
  let left = count;
  const lane = async () => {
    while (left-- > 0) await look();
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

/** Decoding costs what a real scene costs, more or less: neither a plain area nor pure noise. */
async function noisyPicture(width: number) {
  const sharp = await importSharp();
  const height = Math.round((width * 9) / 16 / 2) * 2;
  const create = {
    width,
    height,
    channels: 3 as const,
    background: '#808080',
    noise: { type: 'gaussian' as const, mean: 128, sigma: 20 },
  };
  const jpeg = await sharp({ create }).blur(1).jpeg({ quality: 80 }).toBuffer();
  return { jpeg, width, height };
}
