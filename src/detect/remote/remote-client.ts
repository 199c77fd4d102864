import { fault, type VigilError } from '../../base/errors.ts';
import type { Detection } from '../../topics/result-record.ts';
import type { JpegFrame } from '../inference/detector.ts';
import { type Answer, placeOf } from './exchange.ts';

/** A frame made ready for the server. */
export interface Question {
  /** Asks once. @throws what `judge` says, MODEL_SERVER_UNREACHABLE, MODEL_ANSWER_INVALID */
  ask(signal: AbortSignal): Promise<Detection[]>;
}

/** One of the protocols that servers of models speak. */
export interface RemoteClient {
  /** Name of the model, for people. */
  readonly model: string;
  /** Finds out whether the server has the model that is meant. @throws MODEL_SHAPE, and as `ask` does */
  check(signal: AbortSignal): Promise<void>;
  /** @throws FRAME_UNDECODABLE */
  prepare(frame: JpegFrame): Promise<Question>;
  /** A question about a plain grey picture: it fails when the server does, and through no frame's fault. */
  trial(): Question;
}

/** Statuses that say what is wrong with the detector or the server, not with the picture. */
const refusals: Readonly<Record<number, string>> = {
  401: 'Check the `headers` of the detector’s `model`: the server wants to know who asks.',
  403: 'Check the `headers` of the detector’s `model`: the server does not allow it.',
  404: 'Check the path in the detector’s `model`, and that the server has loaded the model.',
  405: 'Check the path and the `kind` of the detector’s `model`.',
  407: 'A proxy stands in between and wants to know who asks.',
  410: 'Check the path in the detector’s `model`.',
};
const passing = [408, 425, 429];
const wordsLength = 200;

/** A failure that names how long the server wants to be left alone. */
export class ServerBusy extends Error {
  readonly leaveAloneMs: number;
  readonly fault: VigilError;
  constructor(error: VigilError, leaveAloneMs: number) {
    super(error.message, { cause: error });
    this.fault = error;
    this.leaveAloneMs = leaveAloneMs;
  }
}

/**
 * What an answer's status means.
 *
 * @throws INFERENCE_FAILED when the server will not have this very picture (any other 4xx)
 * @throws MODEL_SERVER_FAILED, or ServerBusy with one, when it may go better later: 5xx, 408, 425, 429, redirects, and
 *   those that name the detector: 401, 403, 404, 405, 407, 410
 */
export function judge(url: string, { status, headers, body }: Answer): void {
  if (status >= 200 && status < 300) return;
  const message = `${placeOf(url)} answers ${status}${wordsOf(body)}`;
  const next = refusals[status];
  if (status >= 300 && status < 400) {
    throw fault('MODEL_SERVER_FAILED', `${message}, to ${headers.get('location') ?? 'nowhere'}`, {
      next: 'Write the address that it names into the detector’s `model`: redirects are not followed.',
    });
  }
  if (next !== undefined) throw fault('MODEL_SERVER_FAILED', message, { next });
  if (status < 500 && !passing.includes(status)) throw fault('INFERENCE_FAILED', message);
  const error = fault('MODEL_SERVER_FAILED', message);
  const leaveAloneMs = retryAfterMs(headers);
  throw leaveAloneMs === undefined ? error : new ServerBusy(error, leaveAloneMs);
}

/** The server's own words, a line of them. */
function wordsOf(body: Buffer): string {
  const text = body.toString('utf8', 0, 2000);
  let words = text;
  try {
    const { error, message } = JSON.parse(text) as { error?: unknown; message?: unknown };
    words = [error, message].find((each) => typeof each === 'string') ?? text;
  } catch {
    // No JSON: the text itself.
  }
  const line = words.replace(/\s+/g, ' ').trim().slice(0, wordsLength);
  return line === '' ? '' : `: ${line}`;
}

const longestRetryAfterMs = 60_000;

/** Retry-After in seconds; its other form, a date, needs two clocks that agree. */
function retryAfterMs(headers: Headers): number | undefined {
  const text = headers.get('retry-after') ?? '';
  return /^\d+$/.test(text) ? Math.min(Number(text) * 1000, longestRetryAfterMs) : undefined;
}
