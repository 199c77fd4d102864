import type { ConversionStep, Operator } from '../conversion-step.ts';

export const activations: Readonly<Record<string, Operator>> = {
  Relu: (step) => step.emit('Relu', [step.input(0)]),
  Relu6: (step) => clipToSix(step, step.input(0)),
  Sigmoid: (step) => step.emit('Sigmoid', [step.input(0)]),
  Tanh: (step) => step.emit('Tanh', [step.input(0)]),
  Elu: (step) => step.emit('Elu', [step.input(0)]),
  LeakyRelu: (step) => step.emit('LeakyRelu', [step.input(0)], { alpha: { float: step.number('alpha', 0.2) } }),
  Prelu: (step) => step.emit('PRelu', [step.input(0), step.input(1)]),
  Softmax: (step) => step.emit('Softmax', [step.input(0)], { axis: -1 }),
};

/**
 * Applies what a fused node does after its sum, in order; BiasAdd is the caller's.
 *
 * @param value in any layout, since all of these work on single values
 */
export function applyFused(step: ConversionStep, value: string): string {
  let result = value;
  for (const name of step.texts('fused_ops')) {
    if (name === 'Relu') result = step.emit('Relu', [result]);
    else if (name === 'Relu6') result = clipToSix(step, result);
    else if (name === 'Sigmoid') result = step.emit('Sigmoid', [result]);
    else if (name === 'Elu') result = step.emit('Elu', [result]);
    else if (name !== 'BiasAdd') throw step.unsupported(`it is fused with ${name}`);
  }
  return result;
}

function clipToSix(step: ConversionStep, value: string): string {
  return step.emit('Clip', [value, step.scalar(0), step.scalar(6)]);
}
