import { availableParallelism } from 'node:os';
import { fault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { nearest } from '../base/nearest.ts';
import type { RunningPart } from '../stage/part.ts';
import { openRecordProducer } from '../stage/record-producer.ts';
import { startWorkLoop } from '../stage/work-loop.ts';
import { topicNames } from '../topics/topic-names.ts';
import { frameWork } from './frame-work.ts';
import { framesPerThread, type InferencePool, startInferencePool } from './inference/inference-pool.ts';
import { type FoundModel, findModel } from './models/find-model.ts';

export interface DetectorOptions {
  name: string;
  /** 1 when left out; a new version is a new consumer group with results of its own. */
  version?: number;
  /** The name of a built-in model, or the path of an .onnx file or of its manifest. */
  model: string;
  /** Only these labels are reported; left out: all that the model knows. */
  labels?: readonly string[];
  /** 0..1; left out: the model's own. */
  threshold?: number;
  /** Inference threads; `auto` is one per core. */
  workers: 'auto' | number;
  /** Frames of other cameras are passed over; left out: all cameras. */
  cameras?: readonly string[];
  /** Whether a result carries its frame's picture. */
  embed: boolean;
  /**
   * Names this process within the group, the same again after a restart, so that it takes its partitions up again at
   * once instead of after the group's session time-out. No two running processes may share it; left out: none.
   */
  instance?: string;
}

export interface StartDetectOptions {
  brokers: readonly string[];
  detector: DetectorOptions;
  /** Where models are kept between runs. */
  cacheDir: string;
  logger: Logger;
}

export interface RunningDetector extends RunningPart {
  /** Name of the model that looks: another one than was asked for where that could not be had. */
  readonly model: string;
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
  const model = await findModel(detector.model, { cacheDir: options.cacheDir, logger });
  checkLabels(detector, model);
  const pool = await startPool(options, model);
  try {
    const loop = await startLoop(options, pool);
    announce(options, model, pool.threads);
    return new Detect(loop, pool, model.manifest.name);
  } catch (error) {
    await pool.close();
    throw error;
  }
}

class Detect implements RunningDetector {
  readonly done: Promise<void>;
  readonly model: string;
  readonly #loop: RunningPart;
  readonly #pool: InferencePool;
  #closing: Promise<void> | undefined;

  constructor(loop: RunningPart, pool: InferencePool, model: string) {
    this.model = model;
    this.#loop = loop;
    this.#pool = pool;
    this.done = Promise.race([loop.done, pool.failed]);
    // Whoever waits for `done` is told; closing only frees what is left.
    this.done.catch(() => this.close().catch(() => undefined));
  }

  close(): Promise<void> {
    this.#closing ??= this.#loop.close().finally(() => this.#pool.close());
    return this.#closing;
  }
}

function startPool({ detector, logger }: StartDetectOptions, { manifest, path }: FoundModel): Promise<InferencePool> {
  const { labels, threshold } = detector;
  return startInferencePool({
    settings: {
      manifest,
      path,
      ...(labels === undefined ? {} : { labels }),
      ...(threshold === undefined ? {} : { threshold }),
    },
    threads: detector.workers === 'auto' ? availableParallelism() : Math.max(1, Math.floor(detector.workers)),
    onCrash: (error) => logger.error({ detector: detectorId(detector) }, `${error.message}; another thread takes over`),
  });
}

async function startLoop({ brokers, detector, logger }: StartDetectOptions, pool: InferencePool): Promise<RunningPart> {
  const id = detectorId(detector);
  const groupId = `detect-${id}`;
  return startWorkLoop({
    brokers,
    clientId: groupId,
    groupId,
    ...(detector.instance === undefined ? {} : { groupInstanceId: detector.instance }),
    topics: [topicNames.rawVideoFrames],
    concurrency: () => pool.threads * framesPerThread,
    work: frameWork({
      detector: id,
      look: (frame) => pool.look(frame),
      cameras: detector.cameras && new Set(detector.cameras),
      embed: detector.embed,
      partitions: await resultPartitions(brokers, groupId),
      logger,
    }),
    onInterruption: (error) => logger.warn({ detector: id }, `${error.message}; going on`),
  });
}

async function resultPartitions(brokers: readonly string[], clientId: string): Promise<number> {
  const producer = await openRecordProducer({ brokers, clientId });
  try {
    const partitions = await producer.partitionsOf(topicNames.processedImages);
    if (partitions > 0) return partitions;
    throw fault('BROKER_UNREACHABLE', `${brokers.join(', ')} has no topic "${topicNames.processedImages}"`, {
      next: 'Start a capture against these brokers first: it creates the topics.',
    });
  } finally {
    await producer.close();
  }
}

function checkLabels({ labels = [] }: DetectorOptions, { manifest }: FoundModel): void {
  for (const label of labels) {
    if (manifest.labels.includes(label)) continue;
    const meant = nearest(label, manifest.labels);
    throw fault('CONFIG_INVALID', `The model "${manifest.name}" does not know the label "${label}"`, {
      next: meant ? `Did you mean "${meant}"?` : `\`vigil models show ${manifest.name}\` lists its labels.`,
    });
  }
}

function announce({ detector, logger }: StartDetectOptions, { manifest, path }: FoundModel, threads: number): void {
  const threshold = detector.threshold ?? manifest.threshold;
  const details = { model: manifest.name, licence: manifest.licence, threads, threshold, path };
  logger.info(details, `detector ${detectorId(detector)} looks with ${manifest.name}`);
}
