import { fault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { RunningPart } from '../stage/part.ts';
import { openRecordProducer, type RecordProducer } from '../stage/record-producer.ts';
import { topicNames } from '../topics/topic-names.ts';
import { CameraCapture } from './camera-capture.ts';
import type { CameraOptions } from './camera-options.ts';
import { loadFfmpeg } from './ffmpeg.ts';
import { FramePublisher } from './frame-publisher.ts';
import { looksLive } from './source.ts';
import { StatementSender } from './statement-sender.ts';

export interface CaptureOptions {
  /** `host:port` of one or more brokers. */
  brokers: string[];
  cameras: CameraOptions[];
  /** Files: as they were filmed, or as fast as the log takes them. Cameras set their own pace. */
  pace: 'live' | 'fast';
  /** Sources are played once (`loop` is ignored), and one that fails makes `done` reject. */
  once: boolean;
  logger: Logger;
}

/** What tests replace. */
export interface CaptureDependencies {
  openProducer(options: { brokers: readonly string[]; clientId: string }): Promise<RecordProducer>;
  delayMs?: (failures: number, refused: boolean) => number;
  maxBufferedBytes?: number;
  maxRetryDelayMs?: number;
}

/** A live camera must not stop while the log is away; a film can wait, and keeps memory small. */
const liveBufferBytes = 64 * 2 ** 20;
const filmBufferBytes = 8 * 2 ** 20;

/**
 * Captures cameras into `raw_video_frames` and states every session on `ledger`.
 *
 * @returns a part whose `done` resolves once all sources that have an end are through and every frame of them is
 *   acknowledged; with a live camera among them it stays open until `close`. With `once` it rejects with the first
 *   fault that ended a source, after the others are through.
 * @throws OPTIONAL_PART_MISSING without FFmpeg, BROKER_UNREACHABLE when no broker answers at the start
 */
export async function startCapture(
  options: CaptureOptions,
  dependencies: CaptureDependencies = { openProducer: openRecordProducer },
): Promise<RunningPart> {
  const ffmpeg = await loadFfmpeg();
  const { brokers, logger } = options;
  const producer = await dependencies.openProducer({ brokers, clientId: 'vigil-capture' });
  const partitions = await partitionsOfFrames(producer, brokers).catch(async (error: unknown) => {
    await producer.close({ abort: true });
    throw error;
  });
  warnOfFewThreads(options);
  const statements = new StatementSender(producer, logger);
  const cameras = options.cameras.map((camera) => {
    const maxBufferedBytes =
      dependencies.maxBufferedBytes ?? (looksLive(camera.source) ? liveBufferBytes : filmBufferBytes);
    const { delayMs, maxRetryDelayMs } = dependencies;
    const publisher = new FramePublisher({
      producer,
      partitions,
      maxBufferedBytes,
      logger,
      ...(maxRetryDelayMs === undefined ? {} : { maxRetryDelayMs }),
    });
    return new CameraCapture({
      ffmpeg,
      camera: options.once ? { ...camera, loop: false } : camera,
      pace: options.pace,
      publisher,
      statements,
      logger,
      ...(delayMs === undefined ? {} : { delayMs }),
    });
  });
  return runningPart(cameras, { once: options.once, producer, statements });
}

async function partitionsOfFrames(producer: RecordProducer, brokers: readonly string[]): Promise<number> {
  const partitions = await producer.partitionsOf(topicNames.rawVideoFrames);
  if (partitions > 0) return partitions;
  throw fault('BROKER_UNREACHABLE', `${brokers.join(', ')} has no topic ${topicNames.rawVideoFrames} to publish to`, {
    next: 'Create the topics, for example by starting with `vigil up`.',
  });
}

/** Waiting for a live camera's next packet holds one of libuv's threads; the rest decode and encode. */
function warnOfFewThreads({ cameras, logger }: CaptureOptions): void {
  const threads = Number(process.env.UV_THREADPOOL_SIZE ?? 4);
  const live = cameras.filter(({ source }) => looksLive(source)).length;
  if (live < threads) return;
  logger.warn(
    `${live} live cameras share ${threads} threads in this process: start it with UV_THREADPOOL_SIZE=${live + 4}`,
  );
}

function runningPart(
  cameras: readonly CameraCapture[],
  { once, producer, statements }: { once: boolean; producer: RecordProducer; statements: StatementSender },
): RunningPart {
  const all = Promise.allSettled(cameras.map((camera) => camera.run()));
  const done = all.then((outcomes) => {
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed && once) throw failed.reason;
  });
  done.catch(() => undefined);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await Promise.all(cameras.map((camera) => camera.close()));
    statements.stop();
    // Whatever could be acknowledged is; what still hangs would wait for a broker that is away.
    await producer.close({ abort: true });
  };
  return {
    done,
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
