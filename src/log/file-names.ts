/** Names of the files in a partition's folder: the base offset in 20 digits, and what the file is. */
export type SegmentFileKind = 'log' | 'index' | 'timeindex' | 'txnindex' | 'snapshot';

export const deletedSuffix = '.deleted';
/** Ending of a partition folder that is being deleted. */
export const deletedFolderSuffix = '-delete';

const pattern = /^(\d{20})\.(log|index|timeindex|txnindex|snapshot)$/;

export function segmentFileName(baseOffset: bigint, kind: SegmentFileKind): string {
  return `${baseOffset.toString().padStart(20, '0')}.${kind}`;
}

/** The parts of such a name, or undefined for any other. */
export function parseSegmentFileName(name: string): { baseOffset: bigint; kind: SegmentFileKind } | undefined {
  const [, offset, kind] = pattern.exec(name) ?? [];
  if (offset === undefined || kind === undefined) return undefined;
  return { baseOffset: BigInt(offset), kind: kind as SegmentFileKind };
}

/** Folder of a partition, below the data directory. */
export function partitionFolderName(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}

/** The parts of such a name; undefined for others, folders being deleted included. */
export function parsePartitionFolderName(name: string): { topic: string; partition: number } | undefined {
  if (name.endsWith(deletedFolderSuffix)) return undefined;
  const [, topic, partition] = /^(.+)-(\d{1,10})$/.exec(name) ?? [];
  return topic === undefined || partition === undefined ? undefined : { topic, partition: Number(partition) };
}
