import type { ConversionStep } from '../conversion-step.ts';

// TensorFlow keeps a picture's channels last, ONNX first. Every operator turns its input and turns its output back; ONNX
// Runtime cancels the pairs that meet when it opens the model.

export function channelsFirst(step: ConversionStep, value: string): string {
  return step.emit('Transpose', [value], { perm: [0, 3, 1, 2] });
}

export function channelsLast(step: ConversionStep, value: string): string {
  return step.emit('Transpose', [value], { perm: [0, 2, 3, 1] });
}
