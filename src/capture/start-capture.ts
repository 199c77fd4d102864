import { fault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { RunningPart } from '../stage/part.ts';
import { openRecordProducer, type RecordProducer } from '../stage/record-producer.ts';
import type { Frame } from '../topics/frame-record.ts';
import { topicNames } from '../topics/topic-names.ts';
import { CameraCapture } from './camera-capture.ts';
import type { CameraOptions } from './camera-options.ts';
import { type Ffmpeg, loadFfmpeg } from './ffmpeg.ts';
import { FramePublisher } from './frame-publisher.ts';
import { findPublished, lookBack } from './look-back.ts';
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
  /** A film in which capture was killed goes on where the log ends, when it was opened since; left out: whenever. */
  resumeSinceMs?: number;
  logger: Logger;
  /** Refuses frames from the start, until `hold(false)`. */
  isHeld?: boolean;
}

export interface RunningCapture extends RunningPart {
  /**
   * Refuses new frames, because the log may not take more: a live camera's are lost as `retention-hold`, a film waits. Or takes
   * them again.
   */
  hold(isHeld: boolean): void;
}

/** What tests replace. */
export interface CaptureDependencies {
  openProducer(options: { brokers: readonly string[]; clientId: string }): Promise<RecordProducer>;
  delayMs?: (failures: number, refused: boolean) => number;
  maxBufferedBytes?: number;
  maxRetryDelayMs?: number;
  /** What was before; left out: nothing. */
  lookBack?: typeof lookBack;
  /** What the log holds of a session; left out: nothing is known. */
  findPublished?: typeof findPublished;
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
  dependencies: CaptureDependencies = { openProducer: openRecordProducer, lookBack, findPublished },
): Promise<RunningCapture> {
  const ffmpeg = await loadFfmpeg();
  const { brokers } = options;
  const producer = await dependencies.openProducer({ brokers, clientId: 'vigil-capture' });
  warnOfFewThreads(options);
  try {
    return await startCameras(options, { ...dependencies, ffmpeg, producer });
  } catch (error) {
    await producer.close({ abort: true });
    throw error;
  }
}

async function startCameras(
  options: CaptureOptions,
  given: Omit<Shared, 'partitions' | 'statements'>,
): Promise<RunningCapture> {
  const { producer } = given;
  const partitions = await partitionsOfFrames(producer, options.brokers);
  const statements = new StatementSender(producer, options.logger);
  const shared = { ...given, partitions, statements };
  const cameras: CameraCapture[] = [];
  for (const camera of options.cameras) cameras.push(await cameraCapture(camera, options, shared));
  const hold = (isHeld: boolean) => {
    for (const camera of cameras) camera.hold(isHeld);
  };
  hold(options.isHeld ?? false);
  return { ...runningPart(cameras, { once: options.once, producer, statements }), hold };
}

type Shared = CaptureDependencies & {
  ffmpeg: Ffmpeg;
  producer: RecordProducer;
  partitions: number;
  statements: StatementSender;
};

async function cameraCapture(
  configured: CameraOptions,
  { brokers, pace, once, logger, resumeSinceMs }: CaptureOptions,
  { ffmpeg, producer, partitions, statements, delayMs, maxRetryDelayMs, ...rest }: Shared,
): Promise<CameraCapture> {
  const camera = once ? { ...configured, loop: false } : configured;
  const since = resumeSinceMs === undefined ? {} : { resumeSinceMs };
  const past = (await rest.lookBack?.(camera, { brokers, ...since })) ?? {};
  if (past.published) logger.info(`${camera.id} goes on after frame ${past.published.last} of its film`);
  const publisher = new FramePublisher({
    producer,
    partitions,
    maxBufferedBytes: rest.maxBufferedBytes ?? (looksLive(camera.source) ? liveBufferBytes : filmBufferBytes),
    logger,
    ...(maxRetryDelayMs === undefined ? {} : { maxRetryDelayMs }),
    findPublished: async (frames) => whichAreThere(frames, brokers, rest.findPublished),
  });
  const delays = delayMs === undefined ? {} : { delayMs };
  return new CameraCapture({ ffmpeg, camera, pace, publisher, statements, logger, past, ...delays });
}

/** Frames are sent long before this after they were captured. */
const longestWaitUs = 3_600_000_000;

async function whichAreThere(
  frames: readonly Frame[],
  brokers: readonly string[],
  find: CaptureDependencies['findPublished'],
): Promise<readonly Frame[]> {
  const [first] = frames;
  if (!find || !first) return [];
  const { camera, session, capturedAtUs } = first;
  const published = await find({ camera, session, openedAtUs: capturedAtUs - longestWaitUs }, brokers);
  return frames.filter((each) => each.session === session && published.has(each.frame));
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
