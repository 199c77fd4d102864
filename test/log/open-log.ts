import type { Clock } from '../../src/base/clock.ts';
import type { FileSystem } from '../../src/base/file-system.ts';
import { MemoryFileSystem } from '../../src/base/memory-file-system.ts';
import { Flusher } from '../../src/log/flusher.ts';
import { defaultLogConfig, type LogConfig } from '../../src/log/log-config.ts';
import { PartitionLog } from '../../src/log/partition-log.ts';
import type { PartitionLogOptions } from '../../src/log/partition-log-options.ts';
import { encodeBatch, type NewBatch } from '../../src/wire/records.ts';

export const startMs = 1_700_000_000_000;

/** A clock that stands still until it is moved. */
export class StillClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<{ dueMs: number; callback: () => void }>();

  constructor(nowMs = startMs) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    for (const timer of [...this.#timers]) {
      if (timer.dueMs > this.#nowMs) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }
}

export type TestLogOptions = Partial<Omit<PartitionLogOptions, 'config'>> & { config?: Partial<LogConfig> };

/** A log in memory with small index intervals, unless told otherwise. */
export function openLog(options: TestLogOptions = {}): Promise<PartitionLog> {
  return PartitionLog.open({
    fileSystem: new MemoryFileSystem(),
    directory: '/data/topic-0',
    topic: 'topic',
    partition: 0,
    clock: new StillClock(),
    recoveryPoint: 0n,
    cleanShutdown: false,
    flusher: new Flusher(),
    ...options,
    config: { ...defaultLogConfig, indexIntervalBytes: 200, ...options.config },
  });
}

/** A batch of records that hold these values. */
export function batchOf(values: readonly string[], more: Partial<NewBatch> = {}): Buffer {
  return encodeBatch({
    timestamp: BigInt(startMs),
    ...more,
    records: values.map((value) => ({ value: Buffer.from(value) })),
  });
}

/** A batch of an idempotent producer. */
export function sequenced(values: readonly string[], producer: Partial<NewBatch>): Buffer {
  return batchOf(values, { producerId: 7n, producerEpoch: 0, baseSequence: 0, ...producer });
}

/** Appends, and waits until it may be acknowledged. @returns the base offset */
export async function appendDurably(log: PartitionLog, bytes: Buffer, leaderEpoch = 0): Promise<bigint> {
  const outcome = log.append(bytes, { leaderEpoch, origin: 'client' });
  if (!outcome.ok) throw new Error(`${outcome.error}: ${outcome.message}`);
  await outcome.durable;
  return outcome.baseOffset;
}

/** The whole content of a file, or undefined. */
export function contentOf(fileSystem: FileSystem, path: string): Buffer | undefined {
  const stat = fileSystem.stat(path);
  if (!stat) return undefined;
  const bytes = Buffer.alloc(stat.sizeBytes);
  fileSystem.open(path, 'read').read(bytes, 0);
  return bytes;
}
