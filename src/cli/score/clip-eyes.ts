import { cacheDirectory } from '../../base/cache-directory.ts';
import type { Logger } from '../../base/logger.ts';
import { filmFrames } from '../../capture/film-frames.ts';
import { openDetector } from '../../detect/inference/detector.ts';
import { type FindModelOptions, findModel } from '../../detect/models/find-model.ts';
import { openJpegDecoder, type Picture } from '../../detect/picture/decode-jpeg.ts';
import { findChain } from '../../detect/steps/chain.ts';
import { shrinkToGrey } from '../../threat/motion/grey-picture.ts';
import type { FrameSight } from '../../threat/window/moment-maker.ts';
import { defaults } from '../config/defaults.ts';

/** A frame of a film. */
export interface ClipSight extends FrameSight {
  /** Its picture in colours, for whom it concerns; the pixels stand until the next frame is asked for. @throws FRAME_UNDECODABLE */
  picture?(): Promise<Picture>;
}

/** Looks at films as the journey does: the frames that a camera would publish, and people with their joints. */
export interface ClipEyes {
  /** Every frame of a film, in order. @throws SOURCE_UNREADABLE, FRAME_UNDECODABLE, INFERENCE_FAILED */
  look(path: string): AsyncGenerator<ClipSight>;
  close(): Promise<void>;
}

/** People who fight are seen badly: joints and tracks make something of uncertain detections too. */
const detection = { model: 'yolox-nano', threshold: 0.15, labels: ['person'] };

/** What finds people with their joints, and decodes pictures. @throws MODEL_UNAVAILABLE, MODEL_INVALID, OPTIONAL_PART_MISSING */
export async function openClipDetector(places: FindModelOptions) {
  const { model, threshold, labels } = detection;
  const [found, chain] = await Promise.all([findModel(model, places), findChain(['pose'], places)]);
  const [detector, decoder] = await Promise.all([
    openDetector({ ...found, labels, threshold, chain }),
    openJpegDecoder(),
  ]);
  return { detector, decoder };
}

/** @throws MODEL_UNAVAILABLE, MODEL_INVALID, OPTIONAL_PART_MISSING */
export async function openClipEyes(logger: Pick<Logger, 'info' | 'warn'>): Promise<ClipEyes> {
  const { detector, decoder } = await openClipDetector({ cacheDir: cacheDirectory(), logger });
  const { fps, width: widest, quality } = defaults.capture;
  const settings = { fps, width: widest, quality };

  async function* look(path: string): AsyncGenerator<ClipSight> {
    let frame = 0;
    for await (const film of filmFrames(path, settings)) {
      const { detections } = await detector.look(film);
      const grey = shrinkToGrey(await decoder.decodeGrey(film.jpeg, film));
      const picture = () => decoder.decode(film.jpeg, film);
      const { ptsUs, width, height } = film;
      yield { frame: frame++, ptsUs, capturedAtUs: ptsUs, width, height, detections, grey, picture };
    }
  }

  return { look, close: () => detector.close() };
}
