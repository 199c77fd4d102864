import { randomUUID } from 'node:crypto';
import { wallClockUs } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { DeliveryKind } from '../stage/delivery.ts';
import type { RunningPart } from '../stage/part.ts';
import type { RecordPosition } from '../stage/record-consumer.ts';
import type { BusyMeter } from '../stage/scaling/busy-meter.ts';
import { type RunningWorkLoop, startWorkLoop, type WorkLoopOptions } from '../stage/work-loop.ts';
import { topicNames } from '../topics/topic-names.ts';
import { capabilitiesOf } from './answers/capability.ts';
import { startAnswers } from './answers/start-answers.ts';
import { type FrameWorkOptions, frameWork, poisonWork, resultPartitions, resultTargets } from './frame-work.ts';
import type { JpegFrame } from './inference/detector.ts';
import { isDelay } from './looker/delay-looker.ts';
import type { Looker, LookerOptions } from './looker/looker.ts';
import { startLooker } from './looker/start-looker.ts';
import type { ServerHealth } from './remote/remote-looker.ts';
import { ServerTeller } from './remote/server-teller.ts';
import { urgentWork } from './urgent-work.ts';

export interface DetectorOptions extends LookerOptions {
  name: string;
  /** 1 when left out; a new version is a new consumer group with results of its own. */
  version?: number;
  /** `exactly-once` when left out. */
  delivery?: DeliveryKind;
  /** Frames of other cameras are passed over; left out: all cameras. */
  cameras?: readonly string[];
  /** Looks also at frames in which nothing moves; left out: those are spared it. */
  looksAtStill?: boolean;
  /** Urgent: frames that are older when they are read are discarded, and the ledger says so. Left out: complete. */
  maxLagMs?: number;
  /** Whether a result carries its frame's picture. */
  embed: boolean;
  /**
   * Names this process within the group, the same again after a restart, so that it takes its partitions up again at
   * once instead of after the group's session time-out. No two running processes may share it; left out: none.
   */
  instance?: string;
  /** The process before this one died: the frames it had in hand are looked at one by one, until the one to blame is found. */
  afterCrash?: boolean;
  /** Past frames only, by a group of its own; left out: all frames there are and will be. */
  replay?: Replay;
}

export interface Replay {
  groupId: string;
  /** Offset of each partition of the frames at which it ends, that one not included. */
  ends: ReadonlyMap<number, bigint>;
}

export interface StartDetectOptions {
  brokers: readonly string[];
  detector: DetectorOptions;
  /** Where models are kept between runs. */
  cacheDir: string;
  logger: Logger;
  /** Told of each frame that is looked at, and how long that takes. */
  meter?: BusyMeter;
}

export interface RunningDetector extends RunningPart {
  /** Name of the model that looks: another one than was asked for where that could not be had. */
  readonly model: string;
  /** How far each partition was read of which nothing is in hand. */
  idlePositions(): RecordPosition[];
}

/** `people@1`: who made a result. */
export function detectorId({ name, version = 1 }: Pick<DetectorOptions, 'name' | 'version'>): string {
  return `${name}@${version}`;
}

/**
 * Starts a detector: a member of the consumer group `detect-<name>@<version>` that looks at every frame of
 * `raw_video_frames` (the group shares them) and publishes one result per frame to `processed_images`.
 *
 * @throws MODEL_NOT_FOUND, MODEL_UNAVAILABLE, MODEL_INVALID, MODEL_SHAPE, OPTIONAL_PART_MISSING, CONFIG_INVALID (a label
 *   that the model does not know), BROKER_UNREACHABLE
 */
export async function startDetect(options: StartDetectOptions): Promise<RunningDetector> {
  const { detector, logger } = options;
  const id = detectorId(detector);
  const teller = new ServerTeller({ brokers: options.brokers, clientId: `detect-${id}` });
  const looker = await startLooker({
    detector: id,
    looker: detector,
    cacheDir: options.cacheDir,
    logger,
    onServer: serverNews(options, teller),
  });
  let answers: Promise<RunningPart | undefined> | undefined;
  const close = async () => {
    await (await answers)?.close();
    await Promise.all([looker.close(), teller.close()]);
  };
  try {
    const loop = await startLoop(options, looker);
    // Not waited for: frames matter more than questions.
    answers = openAnswers(options, looker);
    return new Detect(loop, looker, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * What it looks at frames with answers questions, too; a replay, and a model that only takes its time, have no answers.
 * Trouble with questions is no trouble with frames: it goes on without.
 */
async function openAnswers(
  { brokers, detector, logger }: StartDetectOptions,
  looker: Looker,
): Promise<RunningPart | undefined> {
  if (detector.replay || (typeof detector.model === 'string' && isDelay(detector.model))) return undefined;
  const onTrouble = (error: unknown) => logger.warn(`${describeError(error)}; questions are not answered`);
  try {
    const answers = await startAnswers({
      brokers,
      worker: detectorId(detector),
      capabilities: capabilitiesOf(detector.steps ?? []),
      look: (frame) => looker.look(frame),
      nowUs: wallClockUs,
      logger,
    });
    answers.done.catch(onTrouble);
    return answers;
  } catch (error) {
    onTrouble(error);
    return undefined;
  }
}

/** Tells the ledger how the server of a remote model is. */
function serverNews({ detector }: StartDetectOptions, teller: ServerTeller): (health: ServerHealth) => void {
  const instance = detector.instance ?? randomUUID();
  return (health) => teller.tell({ detector: detectorId(detector), instance, statedAtUs: wallClockUs(), ...health });
}

class Detect implements RunningDetector {
  readonly done: Promise<void>;
  readonly model: string;
  readonly #loop: RunningWorkLoop;
  readonly #looker: Looker;
  readonly #release: () => Promise<void>;
  #closing: Promise<void> | undefined;

  constructor(loop: RunningWorkLoop, looker: Looker, release: () => Promise<void>) {
    this.model = looker.model;
    this.#loop = loop;
    this.#looker = looker;
    this.#release = release;
    this.done = Promise.race([loop.done, looker.failed]);
    // Whoever waits for `done` is told; closing only frees what is left.
    this.done.catch(() => this.close().catch(() => undefined));
  }

  idlePositions(): RecordPosition[] {
    return this.#loop.idlePositions();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#looker.giveUpWaiting();
    await this.#loop.close().finally(() => this.#release());
  }
}

async function startLoop(
  { brokers, detector, logger, meter }: StartDetectOptions,
  looker: Looker,
): Promise<RunningWorkLoop> {
  const id = detectorId(detector);
  const { replay } = detector;
  const groupId = replay?.groupId ?? `detect-${id}`;
  const partitions = await resultPartitions(brokers, groupId);
  const cameras = detector.cameras && new Set(detector.cameras);
  const look = (frame: JpegFrame) =>
    meter ? meter.measure(looker.concurrency, () => looker.look(frame)) : looker.look(frame);
  const frames = {
    detector: id,
    model: looker.model,
    look,
    cameras,
    embed: detector.embed,
    looksAtStill: detector.looksAtStill ?? false,
    partitions,
    logger,
    isReplay: replay !== undefined,
  };
  return startWorkLoop({
    brokers,
    clientId: groupId,
    groupId,
    ...(detector.delivery === undefined ? {} : { delivery: detector.delivery }),
    targets: resultTargets({ cameras, partitions }),
    ...(detector.instance === undefined ? {} : { groupInstanceId: detector.instance }),
    topics: [topicNames.rawVideoFrames],
    concurrency: () => looker.concurrency,
    ...loopWork(detector, frames),
    poison: { afterCrash: detector.afterCrash ?? false, refuse: poisonWork(frames) },
    ...(replay ? { isPast: ({ partition, offset }) => offset >= (replay.ends.get(partition) ?? 0n) } : {}),
    onInterruption: (error) => logger.warn({ detector: id }, `${error.message}; going on`),
  });
}

/** A complete group looks at every frame; an urgent one at those that are young enough. */
function loopWork({ maxLagMs }: DetectorOptions, options: FrameWorkOptions): Pick<WorkLoopOptions, 'work' | 'gather'> {
  const work = frameWork(options);
  if (maxLagMs === undefined) return { work };
  return urgentWork({ ...options, maxLagMs, nowUs: wallClockUs, work });
}
