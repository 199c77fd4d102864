/**
 * Trains the fight classifier: `npm run train:fight -- DIR`, where DIR holds the clips in `fight/` and `noFight/`, as
 * `vigil marks export DIR` writes them, and may say in `scenes.json` which of them are of one scene.
 *
 * What is seen in the clips is kept in a cache (VIGIL_FIGHT_CACHE, or a folder for temporary files), because looking takes
 * minutes and learning seconds. The same clips give the same numbers. Writes models/fight/fight.json and measures.json.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '../src/base/logger.ts';
import { type ClipEyes, openClipEyes } from '../src/cli/score/clip-eyes.ts';
import { featureGroups, fightFeatures } from '../src/threat/features/fight-features.ts';
import { windowFeatures } from '../src/threat/features/window-features.ts';
import type { FightModel } from '../src/threat/fight/fight-model.ts';
import { crossValidate, type LabelledClip, type Learner, samplesOf } from '../src/threat/learn/cross-validate.ts';
import { blend, fitScaled, forestLearner, logisticLearner } from '../src/threat/learn/learners.ts';
import { areaUnderCurve, falseAlarmCurve, recallAt } from '../src/threat/learn/measures.ts';
import { calibrated, fitPlatt } from '../src/threat/learn/platt.ts';
import type { SeenMoment } from '../src/threat/window/moment.ts';
import { MomentMaker } from '../src/threat/window/moment-maker.ts';
import { SlidingWindow } from '../src/threat/window/sliding-window.ts';

const folder = join(import.meta.dirname, '..', 'models', 'fight');
const settings = { ridge: 25, every: 4 };
const shipped = logisticLearner(settings.ridge);
const forest = forestLearner({ trees: 100, leastLeaf: 1, tried: 0.12, depth: 10, seed: 1 });
/** What else was tried, on the same features. */
const others: Readonly<Record<string, Learner>> = {
  'logistic regression, ridge 5': logisticLearner(5),
  'logistic regression, ridge 100': logisticLearner(100),
  'extremely randomised trees (100)': forest,
  'both, averaged': blend([shipped, forest]),
};
const [folds, seeds, fewSeeds, falseAlarmShare] = [5, [0, 1, 2, 3, 4], [0, 1, 2], 0.05];
/** Raised whenever something else is seen in the same clip. */
const cacheVersion = 1;

interface Clip {
  file: string;
  path: string;
  label: number;
}

async function listClips(directory: string): Promise<Clip[]> {
  const of = async (name: string, label: number) =>
    (await readdir(join(directory, name)))
      .filter((file) => /\.(mp4|avi|mkv|webm|mov)$/i.test(file))
      .sort()
      .map((file) => ({ file, path: join(directory, name, file), label }));
  return [...(await of('fight', 1)), ...(await of('noFight', 0))];
}

async function momentsOf(clip: Clip, cache: string, eyes: () => Promise<ClipEyes>): Promise<SeenMoment[]> {
  const digest = createHash('sha256')
    .update(String(cacheVersion))
    .update(await readFile(clip.path))
    .digest('hex');
  const file = join(cache, `${digest.slice(0, 16)}.json`);
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return JSON.parse(kept) as SeenMoment[];
  const maker = new MomentMaker();
  const moments: SeenMoment[] = [];
  for await (const sight of (await eyes()).look(clip.path)) moments.push(maker.make(sight));
  await writeFile(`${file}.part`, JSON.stringify(moments));
  await rename(`${file}.part`, file);
  process.stderr.write(`${clip.file}: ${moments.length} frames\n`);
  return moments;
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

type Windows = readonly { clip: Clip; scene: string; windows: Record<string, number>[] }[];

function labelled(all: Windows, names: readonly string[]): LabelledClip[] {
  return all.map(({ clip, scene, windows }) => ({
    file: clip.file,
    scene,
    label: clip.label,
    windows: windows.map((each) => names.map((name) => (Number.isFinite(each[name]) ? (each[name] ?? 0) : 0))),
  }));
}

/** Scores by models that have not seen the scene: a list for each seed. */
function outOfFold(clips: readonly LabelledClip[], learner = shipped, used = seeds): number[][] {
  return used.map((seed) => crossValidate(clips, { learner, every: settings.every, folds, seed }));
}

function measure(clips: readonly LabelledClip[], scores: readonly number[][]) {
  const labels = clips.map(({ label }) => label);
  const aucs = scores.map((each) => areaUnderCurve(each, labels));
  const recalls = scores.map((each) => recallAt(each, labels, falseAlarmShare).recall);
  return { auc: mean(aucs), aucs: aucs.map(round), recall: mean(recalls), recalls: recalls.map(round) };
}

function mean(values: readonly number[]): number {
  return round(values.reduce((sum, value) => sum + value, 0) / values.length);
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

async function see(directory: string): Promise<Windows> {
  const cache = process.env.VIGIL_FIGHT_CACHE ?? join(tmpdir(), 'vigil-fight-cache');
  await mkdir(cache, { recursive: true });
  const scenes = await readScenes(directory);
  let opened: Promise<ClipEyes> | undefined;
  const eyes = () => (opened ??= openClipEyes(createLogger('train')));
  const all: { clip: Clip; scene: string; windows: Record<string, number>[] }[] = [];
  for (const clip of await listClips(directory)) {
    const windows = windowsOf(await momentsOf(clip, cache, eyes));
    if (windows.length === 0) process.stderr.write(`${clip.file} is too short and left out\n`);
    else all.push({ clip, scene: scenes.get(clip.file) ?? clip.file, windows });
  }
  await (await opened)?.close();
  return all;
}

async function main(directory: string): Promise<void> {
  const all = await see(directory);
  const clips = labelled(all, fightFeatures);
  const labels = clips.map(({ label }) => label);
  const scores = outOfFold(clips);
  const pooled = scores.flat();
  const pooledLabels = scores.flatMap(() => labels);
  const calibration = fitPlatt(pooled, pooledLabels);
  const chances = pooled.map((score) => calibrated(calibration, score));
  const threshold = Math.ceil(recallAt(chances, pooledLabels, falseAlarmShare).threshold * 100) / 100;
  const { scale, weights } = fitScaled(samplesOf(clips, settings.every), settings.ridge);
  const model: FightModel = {
    version: 1,
    features: fightFeatures,
    scale: scale.map((edges) => edges.map((value) => Number(value.toPrecision(5)))),
    weights: weights.map((value) => Number(value.toPrecision(6))),
    calibration: { slope: round(calibration.slope), offset: round(calibration.offset) },
    threshold,
  };
  await writeFile(join(folder, 'fight.json'), `${JSON.stringify(model)}\n`);
  const ablation = Object.entries(featureGroups).map(([group, pattern]) => {
    const left = labelled(
      all,
      fightFeatures.filter((name) => !pattern.test(name)),
    );
    const { auc, recall } = measure(left, outOfFold(left, shipped, fewSeeds));
    return { without: group, auc, recall };
  });
  const tried = Object.entries(others).map(([what, learner]) => {
    const { auc, recall } = measure(clips, outOfFold(clips, learner, fewSeeds));
    return { what, auc, recall };
  });
  const count = (label: number, above: boolean) =>
    chances.filter((chance, index) => pooledLabels[index] === label && chance >= threshold === above).length /
    seeds.length;
  const measures = {
    clips: {
      fight: labels.filter((label) => label === 1).length,
      noFight: labels.filter((label) => label === 0).length,
    },
    scenes: new Set(clips.map(({ scene }) => scene)).size,
    windows: clips.reduce((sum, { windows }) => sum + windows.length, 0),
    ...settings,
    ...measure(clips, scores),
    threshold,
    confusion: { hits: count(1, true), misses: count(1, false), falseAlarms: count(0, true), rest: count(0, false) },
    curve: falseAlarmCurve(chances, pooledLabels).map(([share, recall]) => [round(share), round(recall)]),
    ablation,
    tried,
    worst: worstClips(clips, scores),
  };
  await writeFile(join(folder, 'measures.json'), `${JSON.stringify(measures, null, 1)}\n`);
  process.stdout.write(`${JSON.stringify({ ...measures, curve: undefined }, null, 1)}\n`);
}

function worstClips(clips: readonly LabelledClip[], scores: readonly number[][]) {
  const means = clips.map(({ file, label }, index) => ({
    file,
    label,
    score: mean(scores.map((each) => each[index] ?? 0)),
  }));
  const missed = means.filter(({ label }) => label === 1).sort((a, b) => a.score - b.score);
  const called = means.filter(({ label }) => label === 0).sort((a, b) => b.score - a.score);
  const show = ({ file, score }: { file: string; score: number }) => `${file} ${score}`;
  return { missed: missed.slice(0, 10).map(show), called: called.slice(0, 10).map(show) };
}

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write('Usage: npm run train:fight -- DIR, where DIR holds clips in fight/ and noFight/\n');
  process.exitCode = 2;
} else await main(directory);
