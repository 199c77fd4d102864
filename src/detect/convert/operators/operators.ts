import type { Operator } from '../conversion-step.ts';
import { activations } from './activations.ts';
import { arithmetic } from './arithmetic.ts';
import { convolutions } from './convolutions.ts';
import { shapes } from './shapes.ts';

/** Every TensorFlow operator that the converter knows, by its name there. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries({ ...activations, ...arithmetic, ...convolutions, ...shapes }),
);
