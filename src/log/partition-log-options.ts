import type { Clock } from '../base/clock.ts';
import type { FileSystem } from '../base/file-system.ts';
import type { Flusher } from './flusher.ts';
import type { LogConfig } from './log-config.ts';
import type { ReadBuffers } from './read-buffers.ts';
import type { TailCache } from './tail-cache.ts';

export interface PartitionLogOptions {
  fileSystem: FileSystem;
  /** The partition's folder; made when it is not there. */
  directory: string;
  topic: string;
  partition: number;
  config: LogConfig;
  clock: Clock;
  /** From the recovery point checkpoint; 0 when it has none for this partition. */
  recoveryPoint: bigint;
  /** Whether the data directory was left in order; see `takeCleanShutdownMark`. */
  cleanShutdown: boolean;
  /** From the log start offset checkpoint; 0 when it has none for this partition. */
  logStartOffset?: bigint;
  /** One for all logs of a broker. */
  flusher: Flusher;
  /** One for all logs of a broker; without it, every read goes to the file system. */
  tailCache?: TailCache;
  /** One for all logs of a broker, which gives back what it has sent. */
  readBuffers?: ReadBuffers;
  /** How much the growing segment grows from one recovery mark to the next; see `RecoveryMarks`. */
  bytesBetweenMarks?: number;
  /** Gets a line for each thing that recovery repaired, and for a failure. */
  report?: (message: string) => void;
}
