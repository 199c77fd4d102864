import type { ConversionStep, Operator } from '../conversion-step.ts';
import { elementTypes } from '../onnx-model.ts';
import { applyFused } from './activations.ts';

export const arithmetic: Readonly<Record<string, Operator>> = {
  Identity: (step) => step.input(0),
  Add: binary('Add'),
  AddV2: binary('Add'),
  BiasAdd: binary('Add'),
  Sub: binary('Sub'),
  Mul: binary('Mul'),
  RealDiv: binary('Div'),
  Div: binary('Div'),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Equal: binary('Equal'),
  Greater: binary('Greater'),
  Less: binary('Less'),
  Sqrt: unary('Sqrt'),
  Exp: unary('Exp'),
  Neg: unary('Neg'),
  Abs: unary('Abs'),
  Rsqrt: (step) => step.emit('Reciprocal', [step.emit('Sqrt', [step.input(0)])]),
  Square: (step) => step.emit('Mul', [step.input(0), step.input(0)]),
  SquaredDifference(step) {
    const difference = step.emit('Sub', [step.input(0), step.input(1)]);
    return step.emit('Mul', [difference, difference]);
  },
  FloorDiv(step) {
    // Division towards minus infinity: what is left after taking the remainder (of the divisor's sign) away is exact.
    const [dividend, divisor] = [step.input(0), step.input(1)];
    if (step.type('T') === 'float32') return step.emit('Floor', [step.emit('Div', [dividend, divisor])]);
    return step.emit('Div', [step.emit('Sub', [dividend, step.emit('Mod', [dividend, divisor])]), divisor]);
  },
  FloorMod(step) {
    const [dividend, divisor] = [step.input(0), step.input(1)];
    if (step.type('T') !== 'float32') return step.emit('Mod', [dividend, divisor]);
    const whole = step.emit('Floor', [step.emit('Div', [dividend, divisor])]);
    return step.emit('Sub', [dividend, step.emit('Mul', [whole, divisor])]);
  },
  Cast: (step) => step.emit('Cast', [step.input(0)], { to: elementTypes[step.type('DstT')] }),
  MatMul: multiplyMatrices,
  _FusedMatMul: multiplyMatrices,
  Mean: reduce('ReduceMean'),
  Sum: reduce('ReduceSum'),
  Max: reduce('ReduceMax'),
  Min: reduce('ReduceMin'),
  ArgMax(step) {
    const [axis = 0] = step.integers(1);
    const found = step.emit('ArgMax', [step.input(0)], { axis, keepdims: 0 });
    return step.emit('Cast', [found], { to: elementTypes[step.type('output_type')] });
  },
  TopKV2(step) {
    const [count = 1] = step.integers(1);
    const [values = '', places = ''] = step.emitMany('TopK', [step.input(0), step.int64([count])], 2, { axis: -1 });
    return [values, step.emit('Cast', [places], { to: elementTypes.int32 })];
  },
};

function binary(operator: string): Operator {
  return (step) => step.emit(operator, [step.input(0), step.input(1)]);
}

function unary(operator: string): Operator {
  return (step) => step.emit(operator, [step.input(0)]);
}

function reduce(operator: string): Operator {
  return (step) => {
    const keepdims = step.flag('keep_dims') ? 1 : 0;
    return step.emit(operator, [step.input(0), step.int64(step.integers(1))], { keepdims });
  };
}

function multiplyMatrices(step: ConversionStep): string {
  const bias = step.texts('fused_ops').includes('BiasAdd') ? [step.input(2)] : [];
  const product = step.emit('Gemm', [step.input(0), step.input(1), ...bias], {
    transA: step.flag('transpose_a') ? 1 : 0,
    transB: step.flag('transpose_b') ? 1 : 0,
  });
  return applyFused(step, product);
}
