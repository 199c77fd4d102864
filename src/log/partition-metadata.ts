import { fault } from '../base/errors.ts';
import { type FileSystem, readWholeFile, replaceFile } from '../base/file-system.ts';

export const partitionMetadataFileName = 'partition.metadata';

/** Writes which topic a partition's folder belongs to. @param topicId in Kafka's URL-safe base64 form */
export function writePartitionMetadata(fileSystem: FileSystem, directory: string, topicId: string): Promise<void> {
  const text = `version: 0\ntopic_id: ${topicId}`;
  return replaceFile(fileSystem, `${directory}/${partitionMetadataFileName}`, Buffer.from(text));
}

/** The topic id of a partition's folder, or undefined when it does not say. @throws LOG_CORRUPT */
export function readPartitionMetadata(fileSystem: FileSystem, directory: string): string | undefined {
  const path = `${directory}/${partitionMetadataFileName}`;
  const text = readWholeFile(fileSystem, path)?.toString();
  if (text === undefined) return undefined;
  const [, topicId] = /^version: 0\ntopic_id: ([\w-]{22})\n?$/.exec(text) ?? [];
  if (topicId === undefined)
    throw fault('LOG_CORRUPT', `${path}: neither version 0 nor a topic id in ${JSON.stringify(text)}`);
  return topicId;
}
