import { fault } from '../../base/errors.ts';
import type { Detection } from '../../topics/result-record.ts';
import { decoders } from '../decoders/decoders.ts';
import { toDetections } from '../decoders/to-detections.ts';
import type { JpegFrame } from '../inference/detector.ts';
import { inputShape, outputShapes } from '../inference/open-session.ts';
import type { ModelManifest } from '../models/manifest.ts';
import { type JpegDecoder, openJpegDecoder } from '../picture/decode-jpeg.ts';
import { fillMargin } from '../picture/fill-input.ts';
import { InputFiller } from '../picture/input-filler.ts';
import { type Placement, placeFrame } from '../picture/placement.ts';
import { exchange } from './exchange.ts';
import {
  answerLimit,
  decodeInference,
  decodeMetadata,
  encodeInference,
  headerLengthName,
  type TensorHead,
} from './kserve-protocol.ts';
import { judge, type Question, type RemoteClient } from './remote-client.ts';

export interface KserveClientOptions {
  /** Of the model: `…/v2/models/<name>` */
  url: string;
  headers: Readonly<Record<string, string>>;
  manifest: ModelManifest;
  threshold: number;
  wanted: ReadonlySet<string> | undefined;
  timeoutMs: number;
}

const metadataLimit = 1_048_576;

/** A model behind the Open Inference Protocol: pictures become tensors here, and tensors detections. */
export async function openKserveClient(options: KserveClientOptions): Promise<RemoteClient> {
  return new KserveClient(options, await openJpegDecoder());
}

class KserveClient implements RemoteClient {
  readonly model: string;
  readonly #options: KserveClientOptions;
  readonly #decoder: JpegDecoder;
  readonly #filler: InputFiller;
  readonly #outputs: { name: string; shape: readonly number[] }[];
  /** Until the server has said what it knows, every server knows JSON. */
  #isBinary = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: KserveClientOptions, decoder: JpegDecoder) {
    const { manifest } = options;
    this.model = manifest.name;
    this.#options = options;
    this.#decoder = decoder;
    this.#filler = new InputFiller(manifest.input);
    this.#outputs = outputShapes(manifest).map((shape, index) => ({ name: manifest.outputs[index] ?? '', shape }));
  }

  async check(signal: AbortSignal): Promise<void> {
    const { url, manifest } = this.#options;
    const { inputs, outputs } = decodeMetadata(await this.#get(url, signal));
    const others = inputs.filter(({ name }) => name !== manifest.input.name).map(({ name }) => `"${name}"`);
    checkTensor(url, inputs, { name: manifest.input.name, shape: inputShape(manifest) }, 'takes');
    if (others.length > 0) throw mismatch(url, `wants more inputs than "${manifest.input.name}": ${others.join(', ')}`);
    for (const wanted of this.#outputs) checkTensor(url, outputs, wanted, 'gives');
    this.#isBinary = await this.#knowsBinary(signal);
  }

  prepare(frame: JpegFrame): Promise<Question> {
    // The decoder's pixels stand until its next call: pictures take turns.
    const mine = this.#turn.then(() => this.#prepare(frame));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  trial(): Question {
    const { input } = this.#options.manifest;
    const values = new Float32Array(3 * input.width * input.height);
    fillMargin({ ...input, fill: 114 }, values);
    return { ask: (signal) => this.#infer(values, input, placeFrame(input.width, input.height, input), signal) };
  }

  async #prepare(frame: JpegFrame): Promise<Question> {
    const { input } = this.#options.manifest;
    const { width, height } = frame;
    const picture = await this.#decoder.decode(frame.jpeg, { width, height });
    const placement = placeFrame(width, height, input);
    this.#filler.fill(picture, placement);
    // A copy: the request is under way while the next picture is filled in.
    const values = Float32Array.from(this.#filler.values);
    return { ask: (signal) => this.#infer(values, { width, height }, placement, signal) };
  }

  async #infer(
    values: Float32Array<ArrayBuffer>,
    frame: { width: number; height: number },
    placement: Placement,
    signal: AbortSignal,
  ): Promise<Detection[]> {
    const { url, manifest, headers, threshold, wanted, timeoutMs } = this.#options;
    const tensor = { name: manifest.input.name, shape: inputShape(manifest), values };
    const question = encodeInference(tensor, manifest.outputs, this.#isBinary);
    const answer = await exchange({
      method: 'POST',
      url: subPath(url, 'infer'),
      headers: { ...headers, ...question.headers },
      body: question.body,
      timeoutMs,
      maxAnswerBytes: answerLimit(this.#outputs.map(({ shape }) => shape)),
      signal,
    });
    judge(url, answer);
    const outputs = decodeInference(answer.body, answer.headers.get(headerLengthName), this.#outputs);
    const { input, labels, nmsIou } = manifest;
    const boxes = decoders[manifest.decoder].decode(outputs, { input, classes: labels.length, threshold });
    return toDetections(boxes, {
      placement,
      frameWidth: frame.width,
      frameHeight: frame.height,
      labels,
      wanted,
      nmsIou,
    });
  }

  /** The server's list of extensions; one without it answers JSON to all. */
  async #knowsBinary(signal: AbortSignal): Promise<boolean> {
    const server = new URL(this.#options.url);
    server.pathname = server.pathname.replace(/\/models\/.*$/, '');
    try {
      const { extensions } = JSON.parse((await this.#get(server.href, signal)).toString('utf8')) as {
        extensions?: unknown;
      };
      return Array.isArray(extensions) && extensions.includes('binary_tensor_data');
    } catch {
      return false;
    }
  }

  async #get(url: string, signal: AbortSignal): Promise<Buffer> {
    const { headers, timeoutMs } = this.#options;
    const request = { method: 'GET', url, headers, timeoutMs, maxAnswerBytes: metadataLimit, signal } as const;
    const answer = await exchange(request);
    judge(url, answer);
    return answer.body;
  }
}

/** A length that the model leaves open fits anything. */
function checkTensor(
  url: string,
  found: readonly TensorHead[],
  { name, shape }: { name: string; shape: readonly number[] },
  verb: 'takes' | 'gives',
): void {
  const tensor = found.find((each) => each.name === name);
  const fits =
    tensor?.datatype === 'FP32' &&
    tensor.shape.length === shape.length &&
    tensor.shape.every((length, at) => length < 0 || length === shape[at]);
  if (fits) return;
  const all = found.map((each) => `"${each.name}" ${each.datatype}[${each.shape.join(' × ')}]`).join(', ') || 'nothing';
  throw mismatch(url, `${verb} ${all}; the manifest expects "${name}" FP32[${shape.join(' × ')}]`);
}

function subPath(url: string, step: string): string {
  const whole = new URL(url);
  whole.pathname = `${whole.pathname.replace(/\/$/, '')}/${step}`;
  return whole.href;
}

function mismatch(url: string, what: string) {
  return fault('MODEL_SHAPE', `${url} ${what}`);
}
