import { fault } from '../base/errors.ts';
import { decodeFrameHeader, encodeFrameHeaders, type Frame, type FrameHeader, frameId } from './frame-record.ts';
import { cameraPartition } from './partitioning.ts';
import { type IncomingRecord, type OutgoingRecord, recordRef, requiredHeader, wholeNumberHeader } from './record.ts';
import { topicNames } from './topic-names.ts';

/** A box in frame pixels: x, y is the top left corner. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** One thing seen in one frame. */
export interface Detection {
  label: string;
  /** 0..1 */
  score: number;
  box: Box;
  attributes?: Record<string, unknown>;
}

/** Why a frame has no detections though it was looked at. */
export interface ResultError {
  code: string;
  message: string;
}

/** What one detector said of one frame. Every frame gets exactly one result per detector, a failed one included. */
export interface Result {
  frame: FrameHeader;
  /** `<topic>/<partition>/<offset>` of the frame. */
  frameRef: string;
  /** `<name>@<version>` */
  detector: string;
  /** The model that looked; left out by results of earlier versions. */
  model?: string;
  /** Time the model took, microseconds; 0 when it was not reached. */
  inferenceUs: number;
  /** Time of each step behind the model, microseconds, by the step's name; left out where there is none. */
  stepsUs?: Readonly<Record<string, number>>;
  detections: Detection[];
  error?: ResultError;
  /** Nothing moves in the frame, so the model was spared; there are no detections, and that says nothing about who is there. */
  gated?: true;
  /** A second opinion on a past frame: nobody waited for it, and it counts in no account of the live detectors. */
  replay?: true;
}

/** Values that are too long for a header's reader are cut there. */
const maxErrorMessageLength = 2000;
/** A result that a retry made later: the frame had one that says it failed. Names the dead letter. */
export const retryHeader = 'retry_of';
const resultType = 'vigil.result.v1';

/** The frame's id plus the detector: a result's identity, whichever worker made it. */
export function resultId(frame: Pick<FrameHeader, 'camera' | 'session' | 'frame'>, detector: string): string {
  return `${frameId(frame)}/${detector}`;
}

/** @param jpeg the frame's picture, or undefined to leave a reference only (`embed: false`) */
export function encodeResult(result: Result, jpeg: Frame['jpeg'] | undefined, partitions: number): OutgoingRecord {
  const headers = encodeFrameHeaders(result.frame);
  headers.set('ce_type', resultType);
  headers.set('ce_id', resultId(result.frame, result.detector));
  headers.set('frame_ref', result.frameRef);
  headers.set('detector', result.detector);
  if (result.model !== undefined) headers.set('model', result.model);
  headers.set('inference_us', String(result.inferenceUs));
  if (result.stepsUs) headers.set('steps_us', JSON.stringify(result.stepsUs));
  headers.set('detections', JSON.stringify(result.detections));
  if (result.gated) headers.set('gated', 'true');
  if (result.replay) headers.set('replay', 'true');
  if (result.error) {
    const { code, message } = result.error;
    headers.set('error', JSON.stringify({ code, message: message.slice(0, maxErrorMessageLength) }));
  }
  return {
    topic: topicNames.processedImages,
    partition: cameraPartition(result.frame.camera, partitions),
    key: result.frame.camera,
    value: jpeg ?? Buffer.alloc(0),
    headers,
  };
}

/** @throws RECORD_INVALID when a header of the contract is missing or malformed */
export function decodeResult(record: IncomingRecord): Result {
  const error = record.headers.get('error');
  const model = record.headers.get('model');
  const stepsUs = record.headers.get('steps_us');
  return {
    frame: decodeFrameHeader(record),
    frameRef: requiredHeader(record, 'frame_ref'),
    detector: requiredHeader(record, 'detector'),
    ...(model === undefined ? {} : { model }),
    inferenceUs: wholeNumberHeader(record, 'inference_us'),
    ...(stepsUs === undefined ? {} : { stepsUs: parseJsonHeader<Record<string, number>>(record, 'steps_us', stepsUs) }),
    detections: parseDetections(record),
    ...(record.headers.get('gated') === 'true' ? { gated: true as const } : {}),
    ...(record.headers.get('replay') === 'true' ? { replay: true as const } : {}),
    ...(error === undefined ? {} : { error: parseJsonHeader<ResultError>(record, 'error', error) }),
  };
}

function parseDetections(record: IncomingRecord): Detection[] {
  const detections = parseJsonHeader<unknown>(record, 'detections', requiredHeader(record, 'detections'));
  if (Array.isArray(detections) && detections.every(isDetection)) return detections;
  throw fault('RECORD_INVALID', `${recordRef(record)}: the header "detections" is not a list of detections`);
}

function isDetection(value: Partial<Detection> | null): value is Detection {
  const { label, score, box } = value ?? {};
  const { x, y, width, height } = box ?? {};
  return typeof label === 'string' && [score, x, y, width, height].every((each) => typeof each === 'number');
}

function parseJsonHeader<T>(record: IncomingRecord, name: string, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw fault('RECORD_INVALID', `${recordRef(record)}: the header "${name}" is not JSON`, { cause });
  }
}
