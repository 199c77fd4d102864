import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { WireError } from './codec/wire-error.ts';
import { lz4Compress, lz4Decompress } from './compression/lz4.ts';
import { snappyCompress, snappyDecompress } from './compression/snappy.ts';
import type { Compression } from './record-batch.ts';

/** What the records of one batch may grow to: a little above the largest request that a broker takes. */
export const defaultMaxDecompressedBytes = 128 * 1024 * 1024;

/**
 * Decompresses the records of a batch. The broker does so only where it has to: lookups by time, compaction, topics with
 * a compression of their own.
 *
 * @param maxBytes the size that must not be passed, however small the input is
 * @throws WireError `corrupt-compression` when the bytes do not decompress, or would pass `maxBytes`
 */
export function decompress(compression: Compression, input: Buffer, maxBytes = defaultMaxDecompressedBytes): Buffer {
  if (compression === 'none') return input;
  try {
    return decompressors[compression](input, maxBytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WireError('corrupt-compression', `${input.length} bytes of ${compression} do not decompress: ${reason}`, {
      cause,
    });
  }
}

/**
 * Compresses in a form that every Kafka client reads.
 *
 * @param level how hard to try, for gzip and zstd; Kafka's default when it is left out
 */
export function compress(compression: Compression, input: Buffer, level?: number): Buffer {
  return compression === 'none' ? input : compressors[compression](input, level);
}

type Named = Exclude<Compression, 'none'>;

const decompressors: Record<Named, (input: Buffer, maxBytes: number) => Buffer> = {
  gzip: (input, maxBytes) => gunzipSync(input, { maxOutputLength: maxBytes }),
  snappy: snappyDecompress,
  lz4: lz4Decompress,
  zstd: (input, maxBytes) => zstdDecompressSync(input, { maxOutputLength: maxBytes }),
};

const compressors: Record<Named, (input: Buffer, level?: number) => Buffer> = {
  gzip: (input, level = constants.Z_DEFAULT_COMPRESSION) => gzipSync(input, { level }),
  snappy: snappyCompress,
  lz4: lz4Compress,
  zstd: (input, level = 3) => zstdCompressSync(input, { params: { [constants.ZSTD_c_compressionLevel]: level } }),
};
