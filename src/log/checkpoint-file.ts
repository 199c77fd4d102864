import { fault } from '../base/errors.ts';
import { type FileSystem, readWholeFile, replaceFile } from '../base/file-system.ts';

/*
 * Kafka's checkpoint files are lines of text: the version, the number of entries, one entry per line.
 *
 *     0
 *     2
 *     raw_video_frames 0 4711
 *     raw_video_frames 1 4700
 */
const version = '0';

/** Names of the files in the data directory itself, as Kafka has them. */
export const recoveryPointFileName = 'recovery-point-offset-checkpoint';
export const logStartOffsetFileName = 'log-start-offset-checkpoint';

export interface PartitionOffset {
  topic: string;
  partition: number;
  offset: bigint;
}

/**
 * Writes an offset checkpoint: a crash leaves the old file or the new one.
 *
 * @returns when it is on the disk
 */
export function writeOffsetCheckpoint(
  fileSystem: FileSystem,
  path: string,
  offsets: readonly PartitionOffset[],
): Promise<void> {
  const lines = offsets.map(({ topic, partition, offset }) => `${topic} ${partition} ${offset}`);
  return writeCheckpoint(fileSystem, path, lines);
}

/** Reads an offset checkpoint; a missing file has no entries. @throws LOG_CORRUPT */
export function readOffsetCheckpoint(fileSystem: FileSystem, path: string): PartitionOffset[] {
  return readCheckpoint(fileSystem, path, (line) => {
    const [, topic, partition, offset] = /^(\S+) (\d+) (\d+)$/.exec(line) ?? [];
    if (topic === undefined || partition === undefined || offset === undefined) return undefined;
    return { topic, partition: Number(partition), offset: BigInt(offset) };
  });
}

/** Writes a checkpoint of any entries, one line each. @returns when it is on the disk */
export function writeCheckpoint(fileSystem: FileSystem, path: string, lines: readonly string[]): Promise<void> {
  const text = [version, lines.length, ...lines, ''].join('\n');
  return replaceFile(fileSystem, path, Buffer.from(text));
}

/**
 * Reads a checkpoint; a missing file has no entries.
 *
 * @param parse makes an entry of a line, or undefined when it has the wrong form
 * @throws LOG_CORRUPT when the version, the number of entries or an entry is wrong
 */
export function readCheckpoint<Entry>(
  fileSystem: FileSystem,
  path: string,
  parse: (line: string) => Entry | undefined,
): Entry[] {
  const text = readWholeFile(fileSystem, path)?.toString();
  if (text === undefined) return [];
  const [foundVersion, count, ...rest] = text.split('\n');
  const lines = rest.filter((line) => line !== '');
  if (foundVersion !== version) throw corrupt(path, `version is "${foundVersion}", not ${version}`);
  if (Number(count) !== lines.length) throw corrupt(path, `${lines.length} entries, not the ${count} it announces`);
  return lines.map((line) => {
    const entry = parse(line);
    if (entry === undefined) throw corrupt(path, `entry "${line}" has the wrong form`);
    return entry;
  });
}

function corrupt(path: string, problem: string): Error {
  return fault('LOG_CORRUPT', `${path}: ${problem}`);
}
