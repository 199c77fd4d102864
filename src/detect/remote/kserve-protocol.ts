import { fault } from '../../base/errors.ts';

// The Open Inference Protocol (KServe v2) over HTTP with JSON, and its extension for binary tensors:
//
//     POST /v2/models/<name>/infer
//     Inference-Header-Content-Length: n      absent: the whole body is JSON
//
//     n bytes     JSON: names, types, shapes
//     the rest    the tensors' bytes, little-endian, in the order in which the JSON names them

export const headerLengthName = 'inference-header-content-length';

/** A tensor as its metadata or an inference names it. −1 is an open length. */
export interface TensorHead {
  name: string;
  datatype: string;
  shape: number[];
}

export interface ModelMetadata {
  inputs: TensorHead[];
  outputs: TensorHead[];
}

export interface NamedTensor {
  name: string;
  shape: readonly number[];
  values: Float32Array<ArrayBuffer>;
}

export interface InferenceBody {
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer> | string;
}

/** The body of one inference. @param isBinary whether the server knows the extension for binary tensors */
export function encodeInference(input: NamedTensor, outputs: readonly string[], isBinary: boolean): InferenceBody {
  const { name, shape, values } = input;
  const head = { name, datatype: 'FP32', shape };
  if (!isBinary) {
    const request = {
      inputs: [{ ...head, data: Array.from(values) }],
      outputs: outputs.map((each) => ({ name: each })),
    };
    return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(request) };
  }
  const json = Buffer.from(
    JSON.stringify({
      inputs: [{ ...head, parameters: { binary_data_size: values.byteLength } }],
      outputs: outputs.map((each) => ({ name: each, parameters: { binary_data: true } })),
    }),
  );
  return {
    headers: { 'content-type': 'application/octet-stream', [headerLengthName]: String(json.length) },
    body: Buffer.concat([json, bytesOf(values)]),
  };
}

/** So many bytes an answer with these tensors may have: as JSON a number takes 25 characters at most. */
export function answerLimit(shapes: readonly (readonly number[])[]): number {
  return 65_536 + 26 * shapes.reduce((sum, shape) => sum + product(shape), 0);
}

/**
 * Reads the tensors of an answer, binary or JSON as the server chose.
 *
 * @returns their values in the order of `wanted`
 * @throws MODEL_ANSWER_INVALID when one is missing, or has another type, shape or length
 */
export function decodeInference(
  body: Buffer<ArrayBuffer>,
  headerLength: string | null,
  wanted: readonly Pick<NamedTensor, 'name' | 'shape'>[],
): Float32Array<ArrayBuffer>[] {
  const jsonLength = headerLength === null ? body.length : Number(headerLength);
  if (!Number.isInteger(jsonLength) || jsonLength < 0 || jsonLength > body.length) {
    throw invalid(`it says that ${headerLength} of its ${body.length} bytes are JSON`);
  }
  const found = readOutputs(body.subarray(0, jsonLength));
  const binary = placeBinary(found, jsonLength, body.length);
  return wanted.map(({ name, shape }) => {
    const output = found.find((each) => each.name === name);
    if (!output) throw invalid(`it lacks the output "${name}"`);
    checkHead(output, shape);
    const place = binary.get(output);
    return place ? floats(body.subarray(place.from, place.to), name, shape) : numbers(output.data, name, shape);
  });
}

/** @throws MODEL_ANSWER_INVALID */
export function decodeMetadata(body: Buffer): ModelMetadata {
  const { inputs, outputs } = parseObject(body);
  if (Array.isArray(inputs) && Array.isArray(outputs) && [...inputs, ...outputs].every(isTensorHead)) {
    return { inputs, outputs };
  }
  throw invalid('it is no metadata of a model: `inputs` and `outputs` with name, datatype and shape');
}

interface Output extends TensorHead {
  parameters?: { binary_data_size?: number };
  data?: unknown;
}

function readOutputs(json: Buffer): Output[] {
  const { outputs } = parseObject(json);
  if (Array.isArray(outputs) && outputs.every(isTensorHead)) return outputs as Output[];
  throw invalid('it has no list of `outputs` with name, datatype and shape');
}

/** Where each binary tensor lies in the body. */
function placeBinary(outputs: readonly Output[], start: number, end: number) {
  const places = new Map<Output, { from: number; to: number }>();
  let from = start;
  for (const output of outputs) {
    const size = output.parameters?.binary_data_size;
    if (size === undefined) continue;
    const to = from + size;
    if (!Number.isInteger(size) || size < 0 || to > end) {
      throw invalid(`the output "${output.name}" claims ${size} bytes where ${end - from} are left`);
    }
    places.set(output, { from, to });
    from = to;
  }
  return places;
}

function checkHead({ name, datatype, shape }: Output, wanted: readonly number[]): void {
  if (datatype === 'FP32' && shape.length === wanted.length && shape.every((length, at) => length === wanted[at]))
    return;
  throw invalid(`the output "${name}" is ${datatype}[${shape.join(' × ')}]; expected FP32[${wanted.join(' × ')}]`);
}

function floats(bytes: Buffer<ArrayBuffer>, name: string, shape: readonly number[]): Float32Array<ArrayBuffer> {
  const length = product(shape);
  if (bytes.length !== 4 * length) {
    throw invalid(`the output "${name}" has ${bytes.length} bytes; expected ${4 * length}`);
  }
  // A copy: a view would have to begin at a multiple of four.
  const values = new Float32Array(length);
  bytesOf(values).set(bytes);
  return values;
}

function numbers(data: unknown, name: string, shape: readonly number[]): Float32Array<ArrayBuffer> {
  const length = product(shape);
  // Servers may nest the lists as the shape does.
  const flat = Array.isArray(data) ? (data.flat(shape.length) as unknown[]) : [];
  if (flat.length !== length) {
    throw invalid(`the output "${name}" has ${flat.length} numbers; expected ${length}`);
  }
  if (!flat.every((each): each is number => typeof each === 'number')) {
    throw invalid(`the output "${name}" holds something that is no number`);
  }
  return Float32Array.from(flat);
}

function parseObject(json: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below with how it begins.
  }
  throw invalid(`it is not JSON: ${JSON.stringify(json.toString('utf8', 0, 40))}`);
}

function isTensorHead(value: unknown): value is TensorHead {
  const { name, datatype, shape } = (value ?? {}) as Partial<TensorHead>;
  return (
    typeof name === 'string' && typeof datatype === 'string' && Array.isArray(shape) && shape.every(Number.isInteger)
  );
}

function bytesOf(values: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function product(shape: readonly number[]): number {
  return shape.reduce((all, length) => all * length, 1);
}

function invalid(what: string) {
  return fault('MODEL_ANSWER_INVALID', `the server's answer does not fit: ${what}`);
}
