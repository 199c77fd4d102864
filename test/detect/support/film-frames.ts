import type { JpegFrame } from '../../../src/detect/inference/detector.ts';

/**
 * Decodes single frames of a film with FFmpeg.
 *
 * @param numbers frame numbers from 0, rising
 */
export async function filmFrames(file: string, numbers: readonly number[]): Promise<JpegFrame[]> {
  const { Decoder, Demuxer, Scaler } = await import('node-av/api');
  const demuxer = await Demuxer.open(file);
  const stream = demuxer.video();
  if (!stream) throw new Error(`${file} holds no video`);
  const decoder = await Decoder.create(stream);
  using scaler = new Scaler();
  const frames: JpegFrame[] = [];
  let number = 0;
  for await (const picture of decoder.frames(demuxer.packets(stream.index))) {
    if (picture === null || frames.length === numbers.length) break;
    if (numbers.includes(number++)) {
      const jpeg = await scaler.toJpeg(picture, { quality: 85 });
      frames.push({ jpeg, width: picture.width, height: picture.height });
    }
    picture.free();
  }
  decoder.close();
  await demuxer.close();
  return frames;
}
