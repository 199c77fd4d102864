import type { ConversionStep, Operator } from '../conversion-step.ts';
import type { OnnxAttribute, OnnxTensor } from '../onnx-model.ts';
import { applyFused } from './activations.ts';
import { channelsFirst, channelsLast } from './channel-order.ts';

export const convolutions: Readonly<Record<string, Operator>> = {
  Conv2D: (step) => convolve(step, orderKernel(step.constant(1)), 1),
  _FusedConv2D: (step) => convolve(step, orderKernel(step.constant(1)), 1),
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2dNative: depthwise,
  MaxPool: (step) => pool(step, 'MaxPool', {}),
  AvgPool: (step) => pool(step, 'AveragePool', { count_include_pad: 0 }),
};

function depthwise(step: ConversionStep): string {
  const kernel = step.constant(1);
  return convolve(step, orderDepthwiseKernel(kernel), kernel.shape[2] ?? 1);
}

function convolve(step: ConversionStep, kernel: OnnxTensor, group: number): string {
  requireChannelsLast(step);
  const inputs = [channelsFirst(step, step.input(0)), step.constantOf(kernel)];
  if (step.texts('fused_ops').includes('BiasAdd')) inputs.push(step.input(2));
  const dilations = step.numbers('dilations');
  const sum = step.emit('Conv', inputs, {
    group,
    kernel_shape: kernel.shape.slice(2),
    strides: spatial(step.numbers('strides')),
    ...(dilations.length === 4 ? { dilations: spatial(dilations) } : {}),
    ...padding(step),
  });
  return channelsLast(step, applyFused(step, sum));
}

function pool(step: ConversionStep, operator: string, attributes: Record<string, OnnxAttribute>): string {
  requireChannelsLast(step);
  const pooled = step.emit(operator, [channelsFirst(step, step.input(0))], {
    kernel_shape: spatial(step.numbers('ksize')),
    strides: spatial(step.numbers('strides')),
    ...padding(step),
    ...attributes,
  });
  return channelsLast(step, pooled);
}

/** TensorFlow's SAME puts the odd pixel of padding after the picture: ONNX calls it SAME_UPPER. */
function padding(step: ConversionStep): Record<string, OnnxAttribute> {
  const kind = step.text('padding');
  if (kind === 'SAME') return { auto_pad: 'SAME_UPPER' };
  if (kind === 'VALID') return { auto_pad: 'VALID' };
  const explicit = step.numbers('explicit_paddings');
  if (kind !== 'EXPLICIT' || explicit.length !== 8) throw step.unsupported(`its padding is "${kind}"`);
  const [, , top = 0, bottom = 0, left = 0, right = 0] = explicit;
  return { pads: [top, left, bottom, right] };
}

/** Rows and columns of [batch, rows, columns, channels]. */
function spatial(values: readonly number[]): number[] {
  return values.slice(1, 3);
}

function requireChannelsLast(step: ConversionStep): void {
  const format = step.text('data_format');
  if (format !== '' && format !== 'NHWC') throw step.unsupported(`its data_format is "${format}"`);
}

/** [rows, columns, inputs, outputs] → [outputs, inputs, rows, columns] */
function orderKernel(kernel: OnnxTensor): OnnxTensor {
  const [rows = 1, columns = 1, inputs = 1, outputs = 1] = kernel.shape;
  const ordered = new Float32Array(kernel.data.length);
  let from = 0;
  for (let place = 0; place < rows * columns; place++) {
    for (let input = 0; input < inputs; input++) {
      for (let output = 0; output < outputs; output++) {
        ordered[(output * inputs + input) * rows * columns + place] = Number(kernel.data[from++]);
      }
    }
  }
  return { type: 'float32', shape: [outputs, inputs, rows, columns], data: ordered };
}

/** [rows, columns, inputs, multiplier] → [inputs × multiplier, 1, rows, columns], one group per input channel */
function orderDepthwiseKernel(kernel: OnnxTensor): OnnxTensor {
  const [rows = 1, columns = 1, inputs = 1, multiplier = 1] = kernel.shape;
  const perInput = { ...kernel, shape: [rows, columns, 1, inputs * multiplier] };
  return orderKernel(perInput);
}
