import { fault } from '../../base/errors.ts';

/**
 * Reads the size of a JPEG from its frame header, without decoding it.
 *
 *     FF D8 · { FF marker length16 … } · FF C0..C2 length16 precision8 height16 width16 …
 *
 * @returns pixels
 * @throws FRAME_UNDECODABLE when the bytes are not a JPEG or end before its frame header
 */
export function jpegSize(bytes: Uint8Array): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) {
    throw fault('FRAME_UNDECODABLE', `the frame's ${bytes.length} bytes are not a JPEG`);
  }
  let position = 2;
  while (position + 9 <= bytes.length) {
    if (view.getUint8(position) !== 0xff) break;
    const marker = view.getUint8(position + 1);
    if (isFrameHeader(marker)) return { height: view.getUint16(position + 5), width: view.getUint16(position + 7) };
    // Fill bytes may stand before a marker.
    position += marker === 0xff ? 1 : 2 + view.getUint16(position + 2);
  }
  throw fault('FRAME_UNDECODABLE', `the frame's ${bytes.length} bytes are a JPEG without a frame header`);
}

/** SOF0..SOF15 except DHT (C4), JPG (C8) and DAC (CC), which share the range. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
