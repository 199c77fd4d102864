import { crc32c } from '@node-rs/crc32';
import { fault } from '../../base/errors.ts';
import { type FileSystem, readWholeFile, replaceFile } from '../../base/file-system.ts';

export interface StoredTopic {
  name: string;
  /** 16 bytes in url-safe base64, as Kafka's tools print it. */
  id: string;
  partitions: number;
  isInternal: boolean;
  configs: Record<string, string>;
}

/** Everything the broker knows besides records: small, and read as a whole at the start. */
export interface MetadataDocument {
  clusterId: string;
  /** Counts the writings of this document. */
  revision?: number;
  /** Counts the starts of the broker: the leader epoch of everything it appends. */
  leaderEpoch: number;
  nextProducerId: string;
  brokerConfigs: Record<string, string>;
  topics: StoredTopic[];
  /** Topics that are gone for clients while their folders are still being removed. */
  deleting: StoredTopic[];
}

export const metadataFileName = 'vigil-metadata.json';

/**
 * Reads the metadata file.
 *
 *     vigil-metadata 1 <CRC-32C of the rest, 8 hex digits>\n
 *     <JSON of MetadataDocument>
 *
 * @returns undefined when there is no file: a new data directory
 * @throws DATA_DIRECTORY_UNUSABLE when there is one that cannot be trusted; it is never taken for an empty one
 */
export function readMetadataFile(fileSystem: FileSystem, path: string): MetadataDocument | undefined {
  const content = readWholeFile(fileSystem, path);
  if (content === undefined) return undefined;
  const lineEnd = content.indexOf(0x0a);
  const body = content.subarray(lineEnd + 1);
  const [, version, crc] = /^vigil-metadata (\d+) ([0-9a-f]{8})$/.exec(content.toString('latin1', 0, lineEnd)) ?? [];
  if (version !== '1')
    throw unusable(path, version === undefined ? 'does not begin like one' : `has version ${version}`);
  if (crc !== checksum(body)) throw unusable(path, `has checksum ${checksum(body)} instead of ${crc}`);
  return JSON.parse(body.toString('utf8')) as MetadataDocument;
}

/** Resolves when the document has replaced the one before, on the disk. */
export async function writeMetadataFile(
  fileSystem: FileSystem,
  path: string,
  document: MetadataDocument,
): Promise<void> {
  const body = Buffer.from(`${JSON.stringify(document, null, 1)}\n`, 'utf8');
  await replaceFile(fileSystem, path, Buffer.concat([Buffer.from(`vigil-metadata 1 ${checksum(body)}\n`), body]));
}

function checksum(body: Buffer): string {
  return crc32c(body).toString(16).padStart(8, '0');
}

function unusable(path: string, why: string): Error {
  return fault('DATA_DIRECTORY_UNUSABLE', `The broker's metadata file ${path} ${why}`, {
    next: 'Restore the file from a copy; the records themselves are in the folders beside it.',
  });
}
