import { loadFfmpeg } from '../../src/capture/ffmpeg.ts';

/** An H.264 film as its network abstraction layer units. */
export interface H264Clip {
  sps: Buffer;
  pps: Buffer;
  /** The units of each picture, in decoding order; the first picture is a keyframe. */
  pictures: Buffer[][];
}

/** Takes an H.264 mp4 apart (units there carry their length in front, see ISO/IEC 14496-15). */
export async function readH264Clip(path: string): Promise<H264Clip> {
  const { lib } = await loadFfmpeg();
  const input = new lib.FormatContext();
  lib.FFmpegError.throwIfError(await input.openInput(path), 'open the clip');
  lib.FFmpegError.throwIfError(await input.findStreamInfo(null), 'probe the clip');
  const header = input.streams[0]?.codecpar.extradata ?? Buffer.alloc(0);
  const [sps, afterSps] = unitAt(header, 6, 2);
  const [pps] = unitAt(header, afterSps + 1, 2);
  const packet = new lib.Packet();
  packet.alloc();
  const pictures: Buffer[][] = [];
  while ((await input.readFrame(packet)) >= 0) {
    pictures.push(unitsOf(Buffer.from(packet.data ?? [])));
    packet.unref();
  }
  packet.free();
  await input.closeInput();
  return { sps, pps, pictures };
}

function unitAt(bytes: Buffer, position: number, lengthBytes: number): [Buffer, number] {
  const start = position + lengthBytes;
  const end = start + bytes.readUIntBE(position, lengthBytes);
  return [Buffer.from(bytes.subarray(start, end)), end];
}

function unitsOf(picture: Buffer): Buffer[] {
  const units: Buffer[] = [];
  for (let position = 0; position < picture.length; ) {
    const [unit, next] = unitAt(picture, position, 4);
    units.push(unit);
    position = next;
  }
  return units;
}
