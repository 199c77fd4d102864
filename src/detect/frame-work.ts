import { type FaultCode, fault, isFault, type VigilError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { openRecordProducer } from '../stage/record-producer.ts';
import { encodeDeadLetter } from '../topics/dead-letter-record.ts';
import { decodeFrame, type Frame } from '../topics/frame-record.ts';
import { cameraPartition } from '../topics/partitioning.ts';
import { type IncomingRecord, type OutgoingRecord, recordRef } from '../topics/record.ts';
import { encodeResult, type Result } from '../topics/result-record.ts';
import { topicNames } from '../topics/topic-names.ts';
import type { JpegFrame, Sight } from './inference/detector.ts';

export interface FrameWorkOptions {
  /** `<name>@<version>` */
  detector: string;
  /** Named in each result. */
  model?: string;
  look(frame: JpegFrame): Promise<Sight>;
  /** Frames of other cameras are passed over; undefined: all cameras. */
  cameras?: ReadonlySet<string> | undefined;
  /** The model looks also where nothing moves. */
  looksAtStill?: boolean;
  /** Whether a result carries its frame's picture. */
  embed: boolean;
  /** Partitions of `processed_images`. */
  partitions: number;
  /** The results are a second opinion on past frames; nobody waits for them. */
  isReplay?: boolean;
  logger: Pick<Logger, 'warn'>;
}

/** Faults of one frame; any other fault is the detector's own and must not be written down as the frame's. */
const frameFaults: readonly FaultCode[] = ['FRAME_UNDECODABLE', 'INFERENCE_FAILED'];

/** Whether it is the frame that failed, and not the detector. */
export function isFrameFault(error: unknown): error is VigilError {
  return isFault(error) && frameFaults.includes(error.code);
}

/** Partitions of `processed_images`. @throws BROKER_UNREACHABLE, also when the topic is not there */
export async function resultPartitions(brokers: readonly string[], clientId: string): Promise<number> {
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

/**
 * Makes the function that turns a record of `raw_video_frames` into what is published for it:
 *
 * - a frame: exactly one result; where nothing moves in it, one that says so, without asking the model
 * - a frame that does not decode, or that the model fails on: one result that says so, and a dead letter
 * - a record that is no frame: a dead letter, since there is nothing to make a result of
 * - a frame of a camera this detector does not look at: nothing
 */
export function frameWork(options: FrameWorkOptions): (record: IncomingRecord) => Promise<OutgoingRecord[]> {
  return async (record) => {
    const frame = readFrame(record);
    if (isFault(frame)) return [refuse(record, frame, options)];
    if (options.cameras && !options.cameras.has(frame.camera)) return [];
    if (frame.still && !options.looksAtStill) {
      return [encode(record, frame, { detections: [], inferenceUs: 0, gated: true }, options)];
    }
    try {
      const sight = await options.look(frame);
      return [encode(record, frame, sight, options)];
    } catch (error) {
      if (!isFrameFault(error)) throw error;
      return fail(record, frame, error, options);
    }
  };
}

/** What is published for a frame on which the process has ended every time: a result that says so, and a dead letter. */
export function poisonWork(options: FrameWorkOptions): (record: IncomingRecord, deaths: number) => OutgoingRecord[] {
  return (record, deaths) => {
    const message = `the detector's process ended ${deaths} times while the model looked at this frame alone`;
    const error = fault('FRAME_POISONOUS', message);
    const frame = readFrame(record);
    return isFault(frame) ? [refuse(record, error, options)] : fail(record, frame, error, options);
  };
}

/** Where a frame's result will go. */
export function resultTargets({ cameras, partitions }: Pick<FrameWorkOptions, 'cameras' | 'partitions'>) {
  return ({ headers }: IncomingRecord): { topic: string; partition: number }[] => {
    const camera = headers.get('camera');
    if (camera === undefined || cameras?.has(camera) === false) return [];
    return [{ topic: topicNames.processedImages, partition: cameraPartition(camera, partitions) }];
  };
}

function readFrame(record: IncomingRecord): Frame | VigilError {
  try {
    return decodeFrame(record);
  } catch (error) {
    if (isFault(error, 'RECORD_INVALID')) return error;
    throw error;
  }
}

function refuse(record: IncomingRecord, error: VigilError, { detector, logger }: FrameWorkOptions): OutgoingRecord {
  logger.warn({ detector, record: recordRef(record) }, `${error.message}; it went to dead_letters`);
  return encodeDeadLetter(record, detector, { code: error.code, message: error.message });
}

function fail(record: IncomingRecord, frame: Frame, reason: VigilError, options: FrameWorkOptions): OutgoingRecord[] {
  const { detector, logger } = options;
  const error = { code: reason.code, message: reason.message };
  logger.warn(
    { detector, record: recordRef(record), code: error.code },
    `a frame of ${frame.camera}: ${error.message}`,
  );
  return [
    encode(record, frame, { detections: [], inferenceUs: 0, error }, options),
    encodeDeadLetter(record, detector, error),
  ];
}

function encode(
  record: IncomingRecord,
  { jpeg, ...frame }: Frame,
  outcome: Pick<Result, 'detections' | 'inferenceUs' | 'stepsUs' | 'error' | 'gated'>,
  { detector, model, embed, partitions, isReplay }: FrameWorkOptions,
): OutgoingRecord {
  const named = model === undefined ? {} : { model };
  const replay = isReplay ? { replay: true as const } : {};
  const result = { frame, frameRef: recordRef(record), detector, ...named, ...replay, ...outcome };
  return encodeResult(result, embed ? jpeg : undefined, partitions);
}
