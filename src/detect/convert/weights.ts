import { fault } from '../../base/errors.ts';
import type { OnnxTensor } from './onnx-model.ts';

/** One weight as model.json lists it; the weights' bytes follow each other in the order of the list. */
export interface WeightEntry {
  name: string;
  shape: number[];
  dtype: string;
  quantization?: { dtype: string; scale?: number; min?: number };
}

const bytesPerValue: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  uint8: 1,
  uint16: 2,
  float16: 2,
};

/**
 * Reads weights, undoing their quantisation: float16 is widened, uint8 and uint16 become value × scale + min.
 *
 * @throws MODEL_INVALID when the bytes do not fit the list
 */
export function readWeights(bytes: Uint8Array, entries: readonly WeightEntry[]): Map<string, OnnxTensor> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tensors = new Map<string, OnnxTensor>();
  let position = 0;
  for (const entry of entries) {
    const count = entry.shape.reduce((product, length) => product * length, 1);
    const stored = entry.quantization?.dtype ?? entry.dtype;
    const size = bytesPerValue[stored];
    if (size === undefined) throw fault('MODEL_INVALID', `the weight "${entry.name}" is stored as ${stored}`);
    if (position + count * size > bytes.length) {
      const needed = position + count * size;
      throw fault('MODEL_INVALID', `the weight "${entry.name}" ends at byte ${needed} of ${bytes.length}`);
    }
    const values = new DataView(view.buffer, view.byteOffset + position, count * size);
    tensors.set(entry.name, { shape: entry.shape, ...readValues(entry, values, stored) });
    position += count * size;
  }
  return tensors;
}

function readValues(entry: WeightEntry, view: DataView, stored: string): Pick<OnnxTensor, 'type' | 'data'> {
  const size = bytesPerValue[stored] ?? 1;
  const { scale = 1, min = 0 } = entry.quantization ?? {};
  const at = (index: number): number => readValue(view, index * size, stored) * scale + min;
  const length = view.byteLength / size;
  if (entry.dtype === 'int32') return { type: 'int32', data: Int32Array.from({ length }, (_, i) => Math.round(at(i))) };
  if (entry.dtype === 'bool') return { type: 'bool', data: Uint8Array.from({ length }, (_, i) => at(i)) };
  return { type: 'float32', data: Float32Array.from({ length }, (_, i) => at(i)) };
}

function readValue(view: DataView, position: number, stored: string): number {
  switch (stored) {
    case 'float32':
      return view.getFloat32(position, true);
    case 'int32':
      return view.getInt32(position, true);
    case 'uint16':
      return view.getUint16(position, true);
    case 'float16':
      return widenHalf(view.getUint16(position, true));
    default:
      return view.getUint8(position);
  }
}

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits. */
export function widenHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
