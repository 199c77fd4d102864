import { sigmoid } from './samples.ts';

/** chance = 1 / (1 + e^−(slope × logit + offset)) */
export interface Calibration {
  slope: number;
  offset: number;
}

const steps = 50;

export function logitOf(chance: number): number {
  const held = Math.max(1e-6, Math.min(1 - 1e-6, chance));
  return Math.log(held / (1 - held));
}

export function calibrated({ slope, offset }: Calibration, chance: number): number {
  return sigmoid(slope * logitOf(chance) + offset);
}

/** Platt's scaling, with his targets that are held away from 0 and 1, by Newton's method. */
export function fitPlatt(chances: readonly number[], labels: readonly number[]): Calibration {
  const positives = labels.filter((label) => label === 1).length;
  const [high, low] = [(positives + 1) / (positives + 2), 1 / (labels.length - positives + 2)];
  let [slope, offset] = [1, 0];
  for (let step = 0; step < steps; step++) {
    let [gradientA, gradientB, aa, ab, bb] = [0, 0, 1e-9, 0, 1e-9];
    for (const [index, chance] of chances.entries()) {
      const logit = logitOf(chance);
      const now = sigmoid(slope * logit + offset);
      const error = now - (labels[index] === 1 ? high : low);
      const spread = Math.max(1e-9, now * (1 - now));
      gradientA += error * logit;
      gradientB += error;
      aa += spread * logit * logit;
      ab += spread * logit;
      bb += spread;
    }
    const determinant = aa * bb - ab * ab;
    slope -= (bb * gradientA - ab * gradientB) / determinant;
    offset -= (aa * gradientB - ab * gradientA) / determinant;
  }
  return { slope, offset };
}
