/**
 * Trains the fight classifier: `npm run train:fight -- DIR [FILM…]`, where DIR holds the clips in `fight/` and `noFight/`, as
 * `vigil marks export DIR` writes them, and may say in `scenes.json` which of them are of one scene. The films, of any length,
 * are quiet: nobody fights in them.
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
import { sightNames } from '../src/threat/features/sight-features.ts';
import { featureNames } from '../src/threat/features/window-features.ts';
import type { FightModel } from '../src/threat/fight/fight-model.ts';
import { crossValidate, type LabelledClip, type Learner, samplesOf } from '../src/threat/learn/cross-validate.ts';
import {
  blend,
  fitScaled,
  forestLearner,
  type LogisticSettings,
  logisticLearner,
} from '../src/threat/learn/learners.ts';
import { type Limit, learnLimits, unsureShare, withLimits, withoutLimits } from '../src/threat/learn/limits.ts';
import { recallAt } from '../src/threat/learn/measures.ts';
import { type Candidate, nestedCrossValidate } from '../src/threat/learn/nested.ts';
import { calibrated, fitPlatt } from '../src/threat/learn/platt.ts';
import { atThreshold, falseAlarmShare, measure, round, worstClips } from './fight-measures.ts';
import { writeTables } from './fight-model-card.ts';
import { heldOutHours, type QuietFilm, seeQuietFilm, windowsOf } from './quiet-films.ts';

const folder = join(import.meta.dirname, '..', 'models', 'fight');
const settings: LogisticSettings = { ridge: 5, emphasis: 1 };
/** Of each clip every so many windows are learned from. */
const every = 4;
/** Windows of one place are much alike: of a quiet film so many times fewer. */
const thinned = 3;
/** Of `sightNames`: one fight in twenty was farther away; somebody whole in a tenth of the frames with people. */
const limits: readonly Limit[] = [{ leftOut: 0.05 }, { least: 0.1 }];
const [folds, innerFolds, seeds, fewSeeds] = [5, 3, [0, 1, 2, 3, 4], [0, 1]];
const shipped = logisticLearner(settings);
const forest = forestLearner({ trees: 50, leastLeaf: 1, tried: 0.12, depth: 10, seed: 1 });

const without = (pattern: RegExp, names = fightFeatures) => names.filter((name) => !pattern.test(name));

/** What the nested cross-validation chooses from: which features, how strongly held back, how much the telling ones count. */
const choices = Object.entries({
  'those of before, maps and detours': [...earlierFeatures, ...featureNames.filter((name) => /^map|etour/.test(name))],
  'the shipped features': fightFeatures,
}).flatMap(([features, names]) =>
  [
    { ridge: 5, emphasis: 1 },
    { ridge: 3, emphasis: 1 },
  ].map((each) => ({ name: `${features}, ridge ${each.ridge}, emphasis ${each.emphasis}`, names, settings: each })),
);

/** What else was tried. */
const others: readonly { what: string; names: readonly string[]; learner: Learner }[] = [
  {
    what: 'the features of before, all held back alike (ridge 25)',
    names: earlierFeatures,
    learner: logisticLearner({ ridge: 25, emphasis: 0 }),
  },
  { what: 'all features that there are', names: without(/^sight/, featureNames), learner: shipped },
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
  weight?: number;
  windows: readonly Record<string, number>[];
}

/** What is learned from: clips, and films in which nobody fights. */
interface Material {
  clips: readonly SeenClip[];
  quiet: readonly QuietFilm[];
}

function asClip({ file, windows, weight }: QuietFilm): SeenClip {
  const kept = windows.filter((_, index) => index % thinned === 0);
  return { file, scene: file, label: 0, weight, windows: kept };
}

async function see(directory: string, seen: SeenMoments): Promise<SeenClip[]> {
  const scenes = await readScenes(directory);
  const clips: SeenClip[] = [];
  for (const { file, path, label } of await listClips(directory)) {
    const windows = windowsOf(await seen.of(path));
    if (windows.length === 0) process.stderr.write(`${file} is too short and left out\n`);
    else clips.push({ file, scene: scenes.get(file) ?? file, label, windows });
  }
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
function outOfFold({ clips, quiet }: Material, names = fightFeatures, learner = shipped, used = seeds): number[][] {
  return validate({ clips, quiet }, [...names, ...sightNames], withLimits(learner, limits), used);
}

function validate({ clips, quiet }: Material, names: readonly string[], learner: Learner, used: readonly number[]) {
  const [judged, besides] = [labelled(clips, names), labelled(quiet.map(asClip), names)];
  return used.map((seed) => crossValidate(judged, { learner, besides, every, folds, seed }));
}

function measureNested({ clips, quiet }: Material, labels: readonly number[]) {
  const candidates: Candidate[] = choices.map((choice) => ({
    name: choice.name,
    clips: labelled(clips, [...choice.names, ...sightNames]),
    besides: labelled(quiet.map(asClip), [...choice.names, ...sightNames]),
    learner: withLimits(logisticLearner(choice.settings), limits),
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

type Called = Pick<FightModel, 'calibration' | 'threshold'>;

/** What a score means, and from where on it is called: of scores by models that have not seen the scene. */
function callFrom(scores: readonly number[][], labels: readonly number[]): Called {
  const [pooled, all] = [scores.flat(), scores.flatMap(() => labels)];
  const found = fitPlatt(pooled, all);
  const calibration = { slope: round(found.slope), offset: round(found.offset) };
  const chances = pooled.map((score) => calibrated(calibration, score));
  const wanted = Math.max(recallAt(chances, all, falseAlarmShare).threshold, calibrated(calibration, unsureShare));
  return { calibration, threshold: Math.ceil(wanted * 100) / 100 };
}

function train({ clips, quiet }: Material, { calibration, threshold }: Called): FightModel {
  const learned = labelled([...clips, ...quiet.map(asClip)], [...fightFeatures, ...sightNames]);
  const samples = samplesOf(learned, every);
  const least = learnLimits(samples, limits);
  const { scale, weights } = fitScaled(withoutLimits(samples, limits), settings);
  return {
    version: 1,
    features: fightFeatures,
    scale: scale.map((edges) => edges.map((value) => Number(value.toPrecision(5)))),
    weights: weights.map((value) => Number(value.toPrecision(6))),
    calibration,
    threshold,
    limits: Object.fromEntries(sightNames.map((name, index) => [name, round(least[index] ?? 0)])),
  };
}

async function look(directory: string, films: readonly string[]): Promise<Material> {
  const seen = new SeenMoments(() => openClipEyes(createLogger('train')));
  const clips = await see(directory, seen);
  const quiet: QuietFilm[] = [];
  for (const film of films) quiet.push(await seeQuietFilm(film, seen));
  await seen.close();
  return { clips, quiet };
}

async function main(directory: string, films: readonly string[]): Promise<void> {
  const material = await look(directory, films);
  const { clips, quiet } = material;
  const labels = clips.map(({ label }) => label);
  const scores = outOfFold(material);
  const model = train(material, callFrom(scores, labels));
  await writeFile(join(folder, 'fight.json'), `${JSON.stringify(model)}\n`);
  const show = (found: readonly number[][]) => {
    const { auc, recall } = measure(labels, found);
    return { auc, recall };
  };
  const few = (of: Material, names: readonly string[], learner: Learner) =>
    show(outOfFold(of, names, learner, fewSeeds));
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
    limits: model.limits,
    nested: measureNested(material, labels),
    shipped: measure(labels, scores),
    ...atThreshold(labels, chances, model.threshold),
    quiet: {
      films: quiet.map(({ file, windows, weight }) => ({ file, windows: windows.length, weight: round(weight) })),
      hours: heldOutHours(quiet, (seenFilms) => train({ clips, quiet: seenFilms }, model)),
    },
    ablation: Object.entries(featureGroups).map(([group, pattern]) => ({
      group,
      ...few(material, without(pattern), shipped),
    })),
    tried: [
      { what: 'the same, without quiet film', ...few({ clips, quiet: [] }, fightFeatures, shipped) },
      { what: 'the same, without limits', ...show(validate(material, fightFeatures, shipped, fewSeeds)) },
      ...others.map(({ what, names, learner }) => ({ what, ...few(material, names, learner) })),
    ],
    worst: worstClips(clips, chances),
  };
  await writeFile(join(folder, 'measures.json'), `${JSON.stringify(measures, null, 1)}\n`);
  await writeTables(join(folder, 'model-card.md'), measures);
  process.stdout.write(`${JSON.stringify(measures, null, 1)}\n`);
}

const [directory, ...films] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write(
    'Usage: npm run train:fight -- DIR [FILM…], where DIR holds clips in fight/ and noFight/, and nobody fights in the films\n',
  );
  process.exitCode = 2;
} else await main(directory, films);
