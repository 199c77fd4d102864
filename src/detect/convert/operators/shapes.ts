import type { ConversionStep, Operator } from '../conversion-step.ts';
import { elementTypes } from '../onnx-model.ts';
import { channelsFirst, channelsLast } from './channel-order.ts';

/** As far as a slice may go. */
const farthest = 2n ** 63n - 1n;

export const shapes: Readonly<Record<string, Operator>> = {
  Reshape: (step) =>
    step.emit('Reshape', [step.input(0), step.emit('Cast', [step.input(1)], { to: elementTypes.int64 })]),
  ExpandDims: (step) => step.emit('Unsqueeze', [step.input(0), step.int64(step.integers(1))]),
  Squeeze(step) {
    const axes = step.numbers('squeeze_dims');
    return step.emit('Squeeze', axes.length > 0 ? [step.input(0), step.int64(axes)] : [step.input(0)]);
  },
  Transpose: (step) => step.emit('Transpose', [step.input(0)], { perm: step.integers(1) }),
  ConcatV2(step) {
    const [axis = 0] = step.integers(-1);
    const parts = Array.from({ length: step.inputCount - 1 }, (_, index) => step.input(index));
    return step.emit('Concat', parts, { axis });
  },
  Pack(step) {
    const axis = step.number('axis');
    const parts = Array.from({ length: step.inputCount }, (_, index) => step.input(index));
    const raised = parts.map((part) => step.emit('Unsqueeze', [part, step.int64([axis])]));
    return step.emit('Concat', raised, { axis });
  },
  Unpack(step) {
    const [axis, count] = [step.number('axis'), step.number('num')];
    const parts = step.emitMany('Split', [step.input(0)], count, { axis, num_outputs: count });
    return parts.map((part) => step.emit('Squeeze', [part, step.int64([axis])]));
  },
  GatherV2(step) {
    if (step.number('batch_dims') !== 0) throw step.unsupported('it gathers in batches');
    const [axis = 0] = step.integers(2);
    return step.emit('Gather', [step.input(0), step.input(1)], { axis });
  },
  GatherNd(step) {
    const places = step.emit('Cast', [step.input(1)], { to: elementTypes.int64 });
    return step.emit('GatherND', [step.input(0), places]);
  },
  Pad: (step) => pad(step, []),
  PadV2: (step) => pad(step, [step.input(2)]),
  StridedSlice: slice,
  ResizeBilinear: (step) => resize(step, { mode: 'linear' }),
  ResizeNearestNeighbor(step) {
    // Both round a place down; with half pixel centres the half that was taken away makes it rounding to the nearest.
    const nearest_mode = step.flag('half_pixel_centers') ? 'round_prefer_ceil' : 'floor';
    return resize(step, { mode: 'nearest', nearest_mode });
  },
};

/** TensorFlow pairs the two ends of each axis; ONNX lists all beginnings, then all ends. */
function pad(step: ConversionStep, fill: readonly string[]): string {
  const pairs = step.integers(1);
  const before = pairs.filter((_, index) => index % 2 === 0);
  const after = pairs.filter((_, index) => index % 2 === 1);
  return step.emit('Pad', [step.input(0), step.int64([...before, ...after]), ...fill]);
}

function slice(step: ConversionStep): string {
  if (step.number('ellipsis_mask') || step.number('new_axis_mask'))
    throw step.unsupported('its slice is written with …');
  const [begins, ends, strides] = [step.integers(1), step.integers(2), step.integers(3)];
  if (strides.some((stride) => stride < 1)) throw step.unsupported('it slices backwards');
  const bit = (mask: string, axis: number): boolean => (step.number(mask) & (1 << axis)) !== 0;
  const axes = begins.map((_, axis) => axis);
  const from = begins.map((begin, axis) => (bit('begin_mask', axis) ? 0 : begin));
  const to = begins.map((begin, axis) => {
    if (bit('shrink_axis_mask', axis)) return begin === -1 ? farthest : begin + 1;
    return bit('end_mask', axis) ? farthest : (ends[axis] ?? 0);
  });
  const inputs = [step.input(0), step.int64(from), step.int64(to), step.int64(axes), step.int64(strides)];
  const part = step.emit('Slice', inputs);
  const shrunk = axes.filter((axis) => bit('shrink_axis_mask', axis));
  return shrunk.length > 0 ? step.emit('Squeeze', [part, step.int64(shrunk)]) : part;
}

function resize(step: ConversionStep, how: Record<string, string>): string {
  const size = step.int64(step.integers(1));
  const coordinates = step.flag('align_corners')
    ? 'align_corners'
    : step.flag('half_pixel_centers')
      ? 'half_pixel'
      : 'asymmetric';
  const picture = channelsFirst(step, step.input(0));
  // All four lengths, not `axes`: ONNX Runtime's optimizer mixes the axes up when it moves a Transpose past the Resize.
  const batchAndChannels = step.emit('Shape', [picture], { start: 0, end: 2 });
  const sizes = step.emit('Concat', [batchAndChannels, size], { axis: 0 });
  const attributes = { ...how, coordinate_transformation_mode: coordinates };
  return channelsLast(step, step.emit('Resize', [picture, '', '', sizes], attributes));
}
