import { loadFfmpeg } from '../../src/capture/ffmpeg.ts';

/** Red, green, blue, 0..255. */
export type Rgb = readonly [number, number, number];

export interface VideoOptions {
  path: string;
  frames: number;
  fps?: number;
  width?: number;
  height?: number;
  /** Pictures between two keyframes. */
  keyframeEvery?: number;
  bFrames?: number;
  /** How RGB becomes YUV, and whether the video says so. */
  colours?: { matrix: 'bt601' | 'bt709'; range: 'limited' | 'full'; tagged: boolean };
  /** The colour of a quarter of picture n: top left, top right, bottom left, bottom right. */
  paint?: (n: number) => readonly [Rgb, Rgb, Rgb, Rgb];
  /** The display matrix's turn to the right, in degrees. */
  turnedBy?: 0 | 90 | 180 | 270;
}

export const quarters: readonly [Rgb, Rgb, Rgb, Rgb] = [
  [200, 40, 40],
  [40, 180, 60],
  [50, 60, 210],
  [235, 235, 235],
];

/** Encodes a small H.264 video, as mp4 or whatever the path's ending says. Two B-frames unless told otherwise, so that the decoder must be drained. */
export async function makeVideo(options: VideoOptions): Promise<void> {
  const { lib, constants } = await loadFfmpeg();
  const { frames, fps = 10, width = 64, height = 48, keyframeEvery = 10, bFrames = 2, turnedBy = 0 } = options;
  const colours = options.colours ?? { matrix: 'bt601', range: 'limited', tagged: false };
  const codec = lib.Codec.findEncoderByName(constants.FF_ENCODER_LIBX264);
  const encoder = new lib.CodecContext();
  encoder.allocContext3(codec);
  Object.assign(encoder, { width, height, gopSize: keyframeEvery, maxBFrames: bFrames, threadCount: 1 });
  encoder.pixelFormat = constants.AV_PIX_FMT_YUV420P;
  encoder.timeBase = new lib.Rational(1, fps);
  encoder.framerate = new lib.Rational(fps, 1);
  if (colours.tagged) {
    encoder.colorSpace = colours.matrix === 'bt601' ? constants.AVCOL_SPC_SMPTE170M : constants.AVCOL_SPC_BT709;
    encoder.colorRange = colours.range === 'full' ? constants.AVCOL_RANGE_JPEG : constants.AVCOL_RANGE_MPEG;
  }
  encoder.setFlags(constants.AV_CODEC_FLAG_GLOBAL_HEADER);
  const encoderOptions = lib.Dictionary.fromObject({
    preset: 'ultrafast',
    crf: '12',
    bf: String(bFrames),
    sc_threshold: '0',
  });
  lib.FFmpegError.throwIfError(await encoder.open2(codec, encoderOptions), 'open the encoder');

  const output = new lib.FormatContext();
  output.allocOutputContext2(null, null, options.path);
  const stream = output.newStream(null);
  lib.FFmpegError.throwIfError(encoder.parametersFromContext(stream.codecpar), 'copy the parameters');
  stream.timeBase = encoder.timeBase;
  stream.avgFrameRate = encoder.framerate;
  if (turnedBy !== 0) stream.codecpar.addCodedSideData(constants.AV_PKT_DATA_DISPLAYMATRIX, displayMatrix(turnedBy));
  lib.FFmpegError.throwIfError(await output.openOutput(), 'create the file');
  lib.FFmpegError.throwIfError(await output.writeHeader(), 'write the header');

  const packet = new lib.Packet();
  packet.alloc();
  const drain = async (): Promise<void> => {
    while ((await encoder.receivePacket(packet)) >= 0) {
      packet.streamIndex = 0;
      packet.duration = 1n;
      packet.rescaleTs(encoder.timeBase, stream.timeBase);
      lib.FFmpegError.throwIfError(await output.interleavedWriteFrame(packet), 'write a packet');
    }
  };
  for (let n = 0; n < frames; n++) {
    const yuv = paintYuv({ width, height, ...colours }, (options.paint ?? shifting)(n));
    const frame = lib.Frame.fromVideoBuffer(yuv, {
      width,
      height,
      format: constants.AV_PIX_FMT_YUV420P,
      pts: BigInt(n),
    });
    lib.FFmpegError.throwIfError(await encoder.sendFrame(frame), 'encode');
    frame.free();
    await drain();
  }
  await encoder.sendFrame(null);
  await drain();
  lib.FFmpegError.throwIfError(await output.writeTrailer(), 'write the trailer');
  await output.closeOutput();
  packet.free();
  encoder.freeContext();
  output.freeContext();
}

/** Colours that change from picture to picture. */
function shifting(n: number): readonly [Rgb, Rgb, Rgb, Rgb] {
  const step = (n * 16) % 200;
  return [[step, 40, 40], [40, step, 60], [50, 60, step], quarters[3]];
}

/** A plain picture of four quarters as planes Y, U, V (4:2:0). */
function paintYuv(
  { width, height, matrix, range }: { width: number; height: number; matrix: string; range: string },
  colours: readonly Rgb[],
): Buffer {
  const yuv = colours.map((rgb) =>
    toYuv(rgb, matrix === 'bt601' ? [0.299, 0.114] : [0.2126, 0.0722], range === 'full'),
  );
  const plane = (component: 0 | 1 | 2, w: number, h: number): Buffer => {
    const bytes = Buffer.alloc(w * h);
    for (let y = 0; y < h; y++) {
      const half = y >= h / 2 ? 2 : 0;
      bytes.fill(yuv[half]?.[component] ?? 0, y * w, y * w + w / 2);
      bytes.fill(yuv[half + 1]?.[component] ?? 0, y * w + w / 2, (y + 1) * w);
    }
    return bytes;
  };
  return Buffer.concat([plane(0, width, height), plane(1, width / 2, height / 2), plane(2, width / 2, height / 2)]);
}

/** ITU-R BT.601 / BT.709: Kr and Kb, 8 bits. */
function toYuv([r, g, b]: Rgb, [kr, kb]: [number, number], full: boolean): [number, number, number] {
  const y = (kr * r + (1 - kr - kb) * g + kb * b) / 255;
  const cb = (b / 255 - y) / (2 * (1 - kb));
  const cr = (r / 255 - y) / (2 * (1 - kr));
  if (full) return [Math.round(y * 255), Math.round(128 + cb * 255), Math.round(128 + cr * 255)];
  return [Math.round(16 + y * 219), Math.round(128 + cb * 224), Math.round(128 + cr * 224)];
}

/** See `turnOf` for its layout. */
function displayMatrix(degrees: number): Buffer {
  const matrix = Buffer.alloc(36);
  const cos = Math.round(Math.cos((degrees * Math.PI) / 180));
  const sin = Math.round(Math.sin((degrees * Math.PI) / 180));
  for (const [position, value] of [
    [0, cos],
    [4, sin],
    [12, -sin],
    [16, cos],
  ] as const) {
    matrix.writeInt32LE(value * 65_536, position);
  }
  matrix.writeInt32LE(2 ** 30, 32);
  return matrix;
}
