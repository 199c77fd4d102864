/**
 * The partition of a frame: (hash(camera) + frame) mod P. Spreading one camera over all partitions lets a whole group
 * of detectors share it; keying by camera would cap it at one consumer.
 */
export function framePartition(camera: string, frame: number, partitions: number): number {
  return (hashCamera(camera) + frame) % partitions;
}

/** FNV-1a, 32 bits, over the UTF-8 bytes: cheap, stable across versions and languages. */
export function hashCamera(camera: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(camera, 'utf8')) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** The partition of a record keyed by camera. */
export function cameraPartition(camera: string, partitions: number): number {
  return hashCamera(camera) % partitions;
}
