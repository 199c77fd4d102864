/**
 * Trains the fight classifier: `npm run train:fight -- DIR`, where DIR holds the clips in `fight/` and `noFight/`, as
 * `vigil marks export DIR` writes them, and may say in `scenes.json` which of them are of one scene.
 *
 * What is seen in the clips is kept (VIGIL_FIGHT_CACHE, or a folder for temporary files), because looking takes minutes. The
 * same clips give the same numbers. Writes fight.json, measures.json and the tables of model-card.md in models/fight/.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogger } from '../src/base/logger.ts';
import { openClipEyes } from '../src/cli/score/clip-eyes.ts';
import { SeenMoments } from '../src/cli/score/seen-moments.ts';
import { earlierFeatures, featureGroups, fightFeatures } from '../src/threat/features/fight-features.ts';
import { featureNames, windowFeatures } from '../src/threat/features/window-features.ts';
import type { FightModel } from '../src/threat/fight/fight-model.ts';
import { crossValidate, type LabelledClip, type Learner, samplesOf } from '../src/threat/learn/cross-validate.ts';
import {
  blend,
  fitScaled,
  forestLearner,
  type LogisticSettings,
  logisticLearner,
} from '../src/threat/learn/learners.ts';
import { recallAt } from '../src/threat/learn/measures.ts';
import { type Candidate, nestedCrossValidate } from '../src/threat/learn/nested.ts';
import { calibrated, fitPlatt } from '../src/threat/learn/platt.ts';
import type { SeenMoment } from '../src/threat/window/moment.ts';
import { SlidingWindow } from '../src/threat/window/sliding-window.ts';
import { atThreshold, falseAlarmShare, measure, round, worstClips } from './fight-measures.ts';
import { writeTables } from './fight-model-card.ts';

const folder = join(import.meta.dirname, '..', 'models', 'fight');
const settings: LogisticSettings = { ridge: 5, emphasis: 1 };
/** Of each clip every so many windows are learned from. */
const every = 4;
const [folds, innerFolds, seeds, fewSeeds] = [5, 3, [0, 1, 2, 3, 4], [0, 1, 2]];
const shipped = logisticLearner(settings);
const forest = forestLearner({ trees: 50, leastLeaf: 1, tried: 0.12, depth: 10, seed: 1 });

const without = (pattern: RegExp, names = fightFeatures) => names.filter((name) => !pattern.test(name));

/** What the nested cross-validation chooses from: which features, how strongly held back, how much the telling ones count. */
const choices = Object.entries({
  'the features of before': earlierFeatures,
  'those of before, maps and detours': [...earlierFeatures, ...featureNames.filter((name) => /^map|etour/.test(name))],
  'the shipped features': fightFeatures,
}).flatMap(([features, names]) =>
  [
    { ridge: 5, emphasis: 1 },
    { ridge: 20, emphasis: 0 },
  ].map((each) => ({ name: `${features}, ridge ${each.ridge}, emphasis ${each.emphasis}`, names, settings: each })),
);

/** What else was tried. */
const others: readonly { what: string; names: readonly string[]; learner: Learner }[] = [
  {
    what: 'the features of before, all held back alike (ridge 25)',
    names: earlierFeatures,
    learner: logisticLearner({ ridge: 25, emphasis: 0 }),
  },
  { what: 'all features that there are', names: featureNames, learner: shipped },
  {
    what: 'all held back alike (ridge 5)',
    names: fightFeatures,
    learner: logisticLearner({ ridge: 5, emphasis: 0 }),
  },
  { what: 'ridge 15', names: fightFeatures, learner: logisticLearner({ ridge: 15, emphasis: 1 }) },
  { what: 'ridge 50', names: fightFeatures, learner: logisticLearner({ ridge: 50, emphasis: 1 }) },
  { what: 'extremely randomised trees (50)', names: fightFeatures, learner: forest },
  { what: 'both, averaged', names: fightFeatures, learner: blend([shipped, forest]) },
];

interface SeenClip {
  file: string;
  scene: string;
  label: number;
  windows: Record<string, number>[];
}

async function see(directory: string): Promise<SeenClip[]> {
  const scenes = await readScenes(directory);
  const seen = new SeenMoments(() => openClipEyes(createLogger('train')));
  const clips: SeenClip[] = [];
  for (const { file, path, label } of await listClips(directory)) {
    const windows = windowsOf(await seen.of(path));
    if (windows.length === 0) process.stderr.write(`${file} is too short and left out\n`);
    else clips.push({ file, scene: scenes.get(file) ?? file, label, windows });
  }
  await seen.close();
  return clips;
}

async function listClips(directory: string): Promise<{ file: string; path: string; label: number }[]> {
  const of = async (name: string, label: number) =>
    (await readdir(join(directory, name)))
      .filter((file) => /\.(mp4|avi|mkv|webm|mov)$/i.test(file))
      .sort()
      .map((file) => ({ file, path: join(directory, name, file), label }));
  return [...(await of('fight', 1)), ...(await of('noFight', 0))];
}

/** All windows of a clip that would be judged. */
function windowsOf(moments: readonly SeenMoment[]): Record<string, number>[] {
  const window = new SlidingWindow();
  return moments.flatMap((moment) => {
    const full = window.wants(moment.ptsUs) ? window.add(moment) : undefined;
    return full ? [windowFeatures(full)] : [];
  });
}

/** Which clips are of one scene: of those that are known, and of those in the directory where it says so. */
async function readScenes(directory: string): Promise<Map<string, string>> {
  const read = async (path: string) => JSON.parse(await readFile(path, 'utf8')) as Record<string, string[]>;
  const own = join(directory, 'scenes.json');
  const scenes = { ...(await read(join(folder, 'scenes.json'))), ...(existsSync(own) ? await read(own) : {}) };
  return new Map(Object.entries(scenes).flatMap(([scene, files]) => files.map((file) => [file, scene] as const)));
}

function labelled(all: readonly SeenClip[], names: readonly string[]): LabelledClip[] {
  return all.map((clip) => ({
    ...clip,
    windows: clip.windows.map((each) => names.map((name) => (Number.isFinite(each[name]) ? (each[name] ?? 0) : 0))),
  }));
}

/** Scores by models that have not seen the scene: a list for each seed. */
function outOfFold(clips: readonly LabelledClip[], learner = shipped, used = seeds): number[][] {
  return used.map((seed) => crossValidate(clips, { learner, every, folds, seed }));
}

function measureNested(all: readonly SeenClip[], labels: readonly number[]) {
  const candidates: Candidate[] = choices.map((choice) => ({
    name: choice.name,
    clips: labelled(all, choice.names),
    learner: logisticLearner(choice.settings),
  }));
  const runs = seeds.map((seed) => nestedCrossValidate(candidates, { every, folds, innerFolds, seed }));
  const chosen: Record<string, number> = {};
  for (const name of runs.flatMap((run) => run.chosen)) chosen[name] = (chosen[name] ?? 0) + 1;
  return {
    ...measure(
      labels,
      runs.map(({ scores }) => scores),
    ),
    candidates: candidates.length,
    chosen,
  };
}

function train(clips: readonly LabelledClip[], scores: readonly number[][]): FightModel {
  const labels = scores.flatMap(() => clips.map(({ label }) => label));
  const calibration = fitPlatt(scores.flat(), labels);
  const chances = scores.flat().map((score) => calibrated(calibration, score));
  const { scale, weights } = fitScaled(samplesOf(clips, every), settings);
  return {
    version: 1,
    features: fightFeatures,
    scale: scale.map((edges) => edges.map((value) => Number(value.toPrecision(5)))),
    weights: weights.map((value) => Number(value.toPrecision(6))),
    calibration: { slope: round(calibration.slope), offset: round(calibration.offset) },
    threshold: Math.ceil(recallAt(chances, labels, falseAlarmShare).threshold * 100) / 100,
  };
}

async function main(directory: string): Promise<void> {
  const all = await see(directory);
  const clips = labelled(all, fightFeatures);
  const labels = clips.map(({ label }) => label);
  const scores = outOfFold(clips);
  const model = train(clips, scores);
  await writeFile(join(folder, 'fight.json'), `${JSON.stringify(model)}\n`);
  const few = (names: readonly string[], learner: Learner) => {
    const { auc, recall } = measure(labels, outOfFold(labelled(all, names), learner, fewSeeds));
    return { auc, recall };
  };
  const chances = scores.map((each) => each.map((score) => calibrated(model.calibration, score)));
  const measures = {
    clips: {
      fight: labels.filter((label) => label === 1).length,
      noFight: labels.filter((label) => label === 0).length,
    },
    scenes: new Set(clips.map(({ scene }) => scene)).size,
    windows: clips.reduce((sum, { windows }) => sum + windows.length, 0),
    features: fightFeatures.length,
    ...settings,
    every,
    nested: measureNested(all, labels),
    shipped: measure(labels, scores),
    ...atThreshold(labels, chances, model.threshold),
    ablation: Object.entries(featureGroups).map(([group, pattern]) => ({ group, ...few(without(pattern), shipped) })),
    tried: others.map(({ what, names, learner }) => ({ what, ...few(names, learner) })),
    worst: worstClips(clips, chances),
  };
  await writeFile(join(folder, 'measures.json'), `${JSON.stringify(measures, null, 1)}\n`);
  await writeTables(join(folder, 'model-card.md'), measures);
  process.stdout.write(`${JSON.stringify(measures, null, 1)}\n`);
}

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write('Usage: npm run train:fight -- DIR, where DIR holds clips in fight/ and noFight/\n');
  process.exitCode = 2;
} else await main(directory);
