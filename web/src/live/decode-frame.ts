import type { LiveFrameHeader } from '../../../src/topics/live-message.ts';

export interface LiveFrame extends LiveFrameHeader {
  /** Empty when results do not carry their frame. */
  jpeg: Uint8Array<ArrayBuffer>;
}

/** uint32 BE header length, header as JSON, JPEG (docs/live-feed.md). */
export function decodeFrame(message: ArrayBuffer): LiveFrame {
  const headerLength = new DataView(message).getUint32(0);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(message, 4, headerLength))) as LiveFrameHeader;
  return { ...header, jpeg: new Uint8Array(message, 4 + headerLength) };
}
