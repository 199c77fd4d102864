import { cacheDirectory } from '../../base/cache-directory.ts';
import type { Logger } from '../../base/logger.ts';
import { filmFrames } from '../../capture/film-frames.ts';
import { openDetector } from '../../detect/inference/detector.ts';
import { findModel } from '../../detect/models/find-model.ts';
import { openJpegDecoder } from '../../detect/picture/decode-jpeg.ts';
import { findChain } from '../../detect/steps/chain.ts';
import { shrinkToGrey } from '../../threat/motion/grey-picture.ts';
import type { FrameSight } from '../../threat/window/moment-maker.ts';
import { defaults } from '../config/defaults.ts';

/** Looks at films as the journey does: the frames that a camera would publish, and people with their joints. */
export interface ClipEyes {
  /** Every frame of a film, in order. @throws SOURCE_UNREADABLE, FRAME_UNDECODABLE, INFERENCE_FAILED */
  look(path: string): AsyncGenerator<FrameSight>;
  close(): Promise<void>;
}

/** People who fight are seen badly: joints and tracks make something of uncertain detections too. */
const detection = { model: 'yolox-nano', threshold: 0.15, labels: ['person'] };

/** @throws MODEL_UNAVAILABLE, MODEL_INVALID, OPTIONAL_PART_MISSING */
export async function openClipEyes(logger: Pick<Logger, 'info' | 'warn'>): Promise<ClipEyes> {
  const places = { cacheDir: cacheDirectory(), logger };
  const { model, threshold, labels } = detection;
  const [found, chain] = await Promise.all([findModel(model, places), findChain(['pose'], places)]);
  const [detector, decoder] = await Promise.all([
    openDetector({ ...found, labels, threshold, chain }),
    openJpegDecoder(),
  ]);
  const { fps, width, quality } = defaults.capture;

  async function* look(path: string): AsyncGenerator<FrameSight> {
    let frame = 0;
    for await (const film of filmFrames(path, { fps, width, quality })) {
      const { detections } = await detector.look(film);
      const grey = shrinkToGrey(await decoder.decode(film.jpeg, film));
      const { ptsUs } = film;
      yield { frame: frame++, ptsUs, capturedAtUs: ptsUs, width: film.width, height: film.height, detections, grey };
    }
  }

  return { look, close: () => detector.close() };
}
