import { fault } from '../../base/errors.ts';
import type { Detection } from '../../topics/result-record.ts';
import type { JpegFrame } from '../inference/detector.ts';
import { exchange } from './exchange.ts';
import { judge, type Question, type RemoteClient } from './remote-client.ts';

export interface JpegClientOptions {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Detections below it are not reported. */
  threshold: number;
  wanted: ReadonlySet<string> | undefined;
  timeoutMs: number;
}

const maxAnswerBytes = 1_048_576;
const maxDetections = 1000;

/** 64 × 64 pixels of one grey. */
const greyJpeg = Buffer.from(
  '/9j/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK' +
    '06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCABAAEADASIAAhEBAxEB/8QAFQABAQAAAA' +
    'AAAAAAAAAAAAAAAAP/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFAEBAAAAAAAAAAAAAAAAAAAAAP/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAMAwE' +
    'AAhEDEQA/AJgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA//2Q==',
  'base64',
);

/**
 * A server of one's own: the JPEG is posted as it is, and a list of detections comes back, boxes in pixels of that very
 * picture: `[{ "label": "person", "score": 0.9, "box": { "x": 1, "y": 2, "width": 30, "height": 40 } }]`.
 */
export class JpegClient implements RemoteClient {
  readonly model: string;
  readonly #options: JpegClientOptions;

  constructor(options: JpegClientOptions) {
    this.model = new URL(options.url).host;
    this.#options = options;
  }

  /** The first picture will tell. */
  async check(): Promise<void> {}

  async prepare(frame: JpegFrame): Promise<Question> {
    return { ask: (signal) => this.#post(frame, signal) };
  }

  trial(): Question {
    return { ask: (signal) => this.#post({ jpeg: greyJpeg, width: 64, height: 64 }, signal) };
  }

  async #post(frame: JpegFrame, signal: AbortSignal): Promise<Detection[]> {
    const { url, headers, timeoutMs, threshold, wanted } = this.#options;
    const answer = await exchange({
      method: 'POST',
      url,
      headers: { accept: 'application/json', ...headers, 'content-type': 'image/jpeg' },
      body: new Uint8Array(frame.jpeg),
      timeoutMs,
      maxAnswerBytes,
      signal,
    });
    judge(url, answer);
    return readDetections(answer.body, frame)
      .filter(({ label, score }) => score >= threshold && (wanted?.has(label) ?? true))
      .sort((a, b) => b.score - a.score);
  }
}

/** @throws MODEL_ANSWER_INVALID */
function readDetections(body: Buffer, frame: JpegFrame): Detection[] {
  const found = parse(body);
  if (!Array.isArray(found)) throw invalid('it is no list of detections');
  if (found.length > maxDetections) throw invalid(`it names ${found.length} detections; at most ${maxDetections}`);
  return found.flatMap((each, index) => {
    if (!isDetection(each)) {
      const shown = JSON.stringify(each).slice(0, 200);
      throw invalid(`number ${index} is no detection with label, score (0..1) and box (x, y, width, height): ${shown}`);
    }
    return clipped(each, frame) ?? [];
  });
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    const start = JSON.stringify(body.toString('utf8', 0, 40));
    throw fault('MODEL_ANSWER_INVALID', `the server's answer is not JSON: ${start}`, { cause });
  }
}

function isDetection(value: unknown): value is Detection {
  const { label, score, box } = (value ?? {}) as Partial<Detection>;
  const { x, y, width, height } = box ?? {};
  const isScore = typeof score === 'number' && score >= 0 && score <= 1;
  return typeof label === 'string' && isScore && [x, y, width, height].every(Number.isFinite);
}

/** Inside the frame, to hundredths of a pixel; undefined when nothing of it is. */
function clipped({ label, score, box, attributes }: Detection, frame: JpegFrame): Detection | undefined {
  const [x, y] = [within(box.x, frame.width), within(box.y, frame.height)];
  const width = round(within(box.x + box.width, frame.width) - x);
  const height = round(within(box.y + box.height, frame.height) - y);
  if (width <= 0 || height <= 0) return undefined;
  const more = typeof attributes === 'object' && attributes !== null ? { attributes } : {};
  return { label, score: Math.round(score * 1e4) / 1e4, box: { x: round(x), y: round(y), width, height }, ...more };
}

function within(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function invalid(what: string) {
  return fault('MODEL_ANSWER_INVALID', `the server's answer does not fit: ${what}`);
}
