import { fault } from '../../base/errors.ts';
import type { JpegFrame } from '../inference/detector.ts';
import { importSharp } from '../picture/import-sharp.ts';

const quality = 95;

/**
 * A photo as it came, turned upright as its camera noted, as a JPEG that a detector takes.
 *
 * @throws FRAME_UNDECODABLE when it is no picture
 */
export async function uprightJpeg(photo: Uint8Array): Promise<JpegFrame> {
  const sharp = await importSharp();
  try {
    const upright = sharp(photo, { failOn: 'truncated' }).rotate().flatten({ background: '#fff' });
    const { data, info } = await upright.jpeg({ quality }).toBuffer({ resolveWithObject: true });
    return { jpeg: data, width: info.width, height: info.height };
  } catch (cause) {
    throw fault('FRAME_UNDECODABLE', `a photo of ${photo.length} bytes: ${(cause as Error).message}`, {
      cause,
      next: 'Try the photo with a viewer; a copy may have been cut short.',
    });
  }
}
