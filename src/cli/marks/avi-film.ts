/** Pictures that become a film. */
export interface FilmPictures {
  jpegs: readonly Uint8Array[];
  /** Pixels, of every picture. */
  width: number;
  height: number;
  /** From one picture to the next. */
  intervalUs: number;
}

const hasIndex = 0x10;
const isKeyframe = 0x10;

/**
 * Writes pictures as a film that every player reads: AVI with Motion JPEG, each picture byte for byte.
 *
 *     RIFF 'AVI '
 *       LIST 'hdrl'   avih (56 bytes), LIST 'strl': strh (56), strf (40)
 *       LIST 'movi'   '00dc', size, JPEG, padded to an even size; for each picture
 *       idx1          '00dc', flags, place from 'movi' on, size; for each picture
 *
 * All numbers are little endian.
 */
export function aviFilm({ jpegs, width, height, intervalUs }: FilmPictures): Buffer {
  const largest = Math.max(...jpegs.map(({ length }) => length));
  const main = words([intervalUs, 0, 0, hasIndex, jpegs.length, 0, 1, largest, width, height, 0, 0, 0, 0]);
  const stream = Buffer.concat([
    Buffer.from('vidsMJPG'),
    // Flags, priority, no delay; then scale and rate: their quotient is the time between two pictures in seconds.
    words([0, 0, 0, intervalUs, 1_000_000, 0, jpegs.length, largest, 0xffffffff, 0, 0, 0]),
  ]);
  const bitsAndPlanes = (24 << 16) | 1;
  const format = Buffer.concat([
    words([40, width, height, bitsAndPlanes]),
    Buffer.from('MJPG'),
    words([width * height * 3, 0, 0, 0, 0]),
  ]);
  const headers = list('hdrl', [chunk('avih', main), list('strl', [chunk('strh', stream), chunk('strf', format)])]);
  const pictures = jpegs.map((jpeg) => chunk('00dc', jpeg));
  let place = 4;
  const index = pictures.map((each, at) => {
    const entry = [place, jpegs[at]?.length ?? 0];
    place += each.length;
    return Buffer.concat([Buffer.from('00dc'), words([isKeyframe, ...entry])]);
  });
  const body = [headers, list('movi', pictures), chunk('idx1', Buffer.concat(index))];
  return chunk('RIFF', Buffer.concat([Buffer.from('AVI '), ...body]));
}

function words(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, 4 * index);
  return bytes;
}

function chunk(name: string, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(name), words([content.length]), content, Buffer.alloc(content.length % 2)]);
}

function list(name: string, chunks: readonly Buffer[]): Buffer {
  return chunk('LIST', Buffer.concat([Buffer.from(name), ...chunks]));
}
