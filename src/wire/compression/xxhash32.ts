const prime1 = 0x9e3779b1;
const prime2 = 0x85ebca77;
const prime3 = 0xc2b2ae3d;
const prime4 = 0x27d4eb2f;
const prime5 = 0x165667b1;

/** xxHash, 32 bits, seed 0: the checksum of LZ4 frames. Source: the xxHash specification. */
export function xxhash32(input: Buffer): number {
  let at = 0;
  let hash = prime5;
  if (input.length >= 16) {
    const lanes = [(prime1 + prime2) | 0, prime2, 0, -prime1 | 0] as [number, number, number, number];
    for (; at + 16 <= input.length; at += 16) {
      lanes[0] = round(lanes[0], input.readUInt32LE(at));
      lanes[1] = round(lanes[1], input.readUInt32LE(at + 4));
      lanes[2] = round(lanes[2], input.readUInt32LE(at + 8));
      lanes[3] = round(lanes[3], input.readUInt32LE(at + 12));
    }
    hash = rotate(lanes[0], 1) + rotate(lanes[1], 7) + rotate(lanes[2], 12) + rotate(lanes[3], 18);
  }
  return finish((hash + input.length) | 0, input, at);
}

function finish(start: number, input: Buffer, from: number): number {
  let hash = start;
  let at = from;
  for (; at + 4 <= input.length; at += 4) {
    hash = Math.imul(rotate((hash + Math.imul(input.readUInt32LE(at), prime3)) | 0, 17), prime4);
  }
  for (; at < input.length; at++)
    hash = Math.imul(rotate((hash + Math.imul(input.readUInt8(at), prime5)) | 0, 11), prime1);
  hash = Math.imul(hash ^ (hash >>> 15), prime2);
  hash = Math.imul(hash ^ (hash >>> 13), prime3);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, prime2)) | 0, 13), prime1);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
