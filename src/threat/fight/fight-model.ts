import { fault } from '../../base/errors.ts';
import type { Features } from '../features/window-features.ts';
import { unsureShare } from '../learn/limits.ts';
import { type LogisticModel, logisticScore } from '../learn/logistic.ts';
import { type Calibration, calibrated } from '../learn/platt.ts';
import { type RankScale, toNormalScores } from '../learn/rank-scale.ts';

/** A trained classifier as `models/fight/fight.json` holds it. */
export interface FightModel {
  /** Of this file's form. */
  version: 1;
  /** The features it reads, in the order of its weights. */
  features: readonly string[];
  scale: RankScale;
  weights: LogisticModel;
  calibration: Calibration;
  /** From this chance on it is called a fight. */
  threshold: number;
  /** Features and their least values: a window with less is none of those that it has learnt to judge, and never called. */
  limits?: Readonly<Record<string, number>>;
}

export interface Judgement {
  /** Calibrated on clips of which every second one was a fight, 0..1: for ranking, not the odds of a fight on your site. */
  chance: number;
  /** The limit that the window is below: its score counts by half, and is below any threshold. */
  below?: string;
  /** What spoke most for and against it, by name; in units of the logit. */
  reasons: { feature: string; value: number; says: number }[];
}

const mostReasons = 5;

export function judgeWindow(model: FightModel, features: Features): Judgement {
  const row = model.features.map((name) => finite(features[name]));
  const scores = toNormalScores(model.scale, row);
  const raw = logisticScore(model.weights, scores);
  const { slope } = model.calibration;
  const reasons = scores
    .map((score, index) => ({
      feature: model.features[index] ?? '',
      value: row[index] ?? 0,
      says: score * (model.weights[index] ?? 0) * slope,
    }))
    .sort((a, b) => Math.abs(b.says) - Math.abs(a.says))
    .slice(0, mostReasons);
  const below = Object.entries(model.limits ?? {}).find(([name, least]) => finite(features[name]) < least)?.[0];
  if (below === undefined) return { chance: calibrated(model.calibration, raw), reasons };
  const limit = { feature: below, value: finite(features[below]), says: 0 };
  return { chance: calibrated(model.calibration, unsureShare * raw), below, reasons: [limit, ...reasons.slice(0, -1)] };
}

function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : 0;
}

/** @throws MODEL_INVALID when it is no such model, or reads features that are not there */
export function readFightModel(text: string, path: string, known: readonly string[]): FightModel {
  const model = JSON.parse(text) as FightModel;
  const { version, features, scale, weights } = model;
  const fits = version === 1 && scale?.length === features?.length && weights?.length === features.length + 1;
  if (!fits) throw fault('MODEL_INVALID', `${path} is not a fight model of version 1 with as many weights as features`);
  if (model.limits !== undefined && model.threshold < calibrated(model.calibration, unsureShare))
    throw fault('MODEL_INVALID', `${path} has limits, and a threshold that what is below them could reach`);
  const strange = [...features, ...Object.keys(model.limits ?? {})].find((name) => !known.includes(name));
  if (strange !== undefined)
    throw fault('MODEL_INVALID', `${path} reads the feature "${strange}", which is not computed`);
  return model;
}
