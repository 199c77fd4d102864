import { tmpdir } from 'node:os';
import { pino } from 'pino';
import { openDetector } from '../../src/detect/inference/detector.ts';
import { findModel } from '../../src/detect/models/find-model.ts';
import type { Detection } from '../../src/topics/result-record.ts';
import { modelsFolder } from '../lib/material.ts';

/** What a model saw in one frame of a film. */
export interface SeenFrame {
  frame: number;
  ptsUs: number;
  detections: Detection[];
  jpeg: Buffer;
}

/** All frames of a film, decoded with FFmpeg and looked at by a model in this process. */
export async function* seenFrames(
  file: string,
  { model, threshold, framesPerSecond }: { model: string; threshold: number; framesPerSecond: number },
): AsyncGenerator<SeenFrame> {
  const { Decoder, Demuxer, Scaler } = await import('node-av/api');
  const logger = pino({ level: 'silent' });
  const found = await findModel(model, { cacheDir: tmpdir(), modelsDir: modelsFolder, logger });
  const detector = await openDetector({ ...found, labels: ['person'], threshold });
  const demuxer = await Demuxer.open(file);
  const stream = demuxer.video();
  if (!stream) throw new Error(`${file} holds no video`);
  const decoder = await Decoder.create(stream);
  using scaler = new Scaler();
  let frame = 0;
  for await (const picture of decoder.frames(demuxer.packets(stream.index))) {
    if (picture === null) break;
    const jpeg = await scaler.toJpeg(picture, { quality: 80 });
    const { detections } = await detector.look({ jpeg, width: picture.width, height: picture.height });
    picture.free();
    yield { frame, ptsUs: Math.round((frame * 1e6) / framesPerSecond), detections, jpeg };
    frame++;
  }
  decoder.close();
  await demuxer.close();
  await detector.close();
}
