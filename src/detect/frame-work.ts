import { type FaultCode, isFault, type VigilError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { encodeDeadLetter } from '../topics/dead-letter-record.ts';
import { decodeFrame, type Frame } from '../topics/frame-record.ts';
import { type IncomingRecord, type OutgoingRecord, recordRef } from '../topics/record.ts';
import { encodeResult, type Result } from '../topics/result-record.ts';
import type { JpegFrame, Sight } from './inference/detector.ts';

export interface FrameWorkOptions {
  /** `<name>@<version>` */
  detector: string;
  look(frame: JpegFrame): Promise<Sight>;
  /** Frames of other cameras are passed over; undefined: all cameras. */
  cameras?: ReadonlySet<string> | undefined;
  /** Whether a result carries its frame's picture. */
  embed: boolean;
  /** Partitions of `processed_images`. */
  partitions: number;
  logger: Pick<Logger, 'warn'>;
}

/** Faults of one frame; any other fault is the detector's own and must not be written down as the frame's. */
const frameFaults: readonly FaultCode[] = ['FRAME_UNDECODABLE', 'INFERENCE_FAILED'];

/**
 * Makes the function that turns a record of `raw_video_frames` into what is published for it:
 *
 * - a frame: exactly one result
 * - a frame that does not decode, or that the model fails on: one result that says so, and a dead letter
 * - a record that is no frame: a dead letter, since there is nothing to make a result of
 * - a frame of a camera this detector does not look at: nothing
 */
export function frameWork(options: FrameWorkOptions): (record: IncomingRecord) => Promise<OutgoingRecord[]> {
  return async (record) => {
    const frame = readFrame(record);
    if (isFault(frame)) return [refuse(record, frame, options)];
    if (options.cameras && !options.cameras.has(frame.camera)) return [];
    try {
      const sight = await options.look(frame);
      return [encode(record, frame, sight, options)];
    } catch (error) {
      if (!isFault(error) || !frameFaults.includes(error.code)) throw error;
      return fail(record, frame, error, options);
    }
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

function fail(record: IncomingRecord, frame: Frame, fault: VigilError, options: FrameWorkOptions): OutgoingRecord[] {
  const { detector, logger } = options;
  const error = { code: fault.code, message: fault.message };
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
  outcome: Pick<Result, 'detections' | 'inferenceUs' | 'error'>,
  { detector, embed, partitions }: FrameWorkOptions,
): OutgoingRecord {
  const result = { frame, frameRef: recordRef(record), detector, ...outcome };
  return encodeResult(result, embed ? jpeg : undefined, partitions);
}
