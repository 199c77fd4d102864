import type { SeenMoment } from '../window/moment.ts';
import { sureTorso, tiltOf, torsoScore } from './joint-geometry.ts';
import { pairFeatures } from './pair-features.ts';
import { type PersonFrame, personFeatures, type TrackedPerson } from './person-features.ts';
import { sightFeatures } from './sight-features.ts';
import { deviation, mean, quantile } from './statistics.ts';
import { turbulenceFeatures } from './turbulence-features.ts';

/** A window of consecutive frames in numbers, by name. */
export type Features = Record<string, number>;

/** A person is ranked once it was seen in so many frames of the window. */
const leastFrames = 3;

/** Every number that the classifier may use, whatever is in the window: nobody and a crowd give the same names. */
export function windowFeatures(moments: readonly SeenMoment[]): Features {
  const people = peopleOf(moments);
  const doing = people.map(personFeatures);
  return {
    ...countFeatures(moments),
    ...pooledPoses(people),
    ...rankedPeople(doing),
    ...rankedPairs(people, doing),
    ...motionFeatures(moments),
    ...turbulenceFeatures(moments),
    ...sightFeatures(moments),
  };
}

export function peopleOf(moments: readonly SeenMoment[]): TrackedPerson[] {
  const frames = new Map<string, PersonFrame[]>();
  for (const { ptsUs, people, motion } of moments) {
    for (const [index, { track, box, score, joints }] of people.entries()) {
      const moved = motion?.people[index];
      const frame = { ptsUs, box, score, ...(joints ? { joints } : {}), ...(moved ? { motion: moved } : {}) };
      frames.set(track, [...(frames.get(track) ?? []), frame]);
    }
  }
  return [...frames]
    .map(([track, each]) => ({ track, frames: each }))
    .filter(({ frames: seen }) => seen.length >= leastFrames);
}

function countFeatures(moments: readonly SeenMoment[]): Features {
  const counts = moments.map(({ people }) => people.length);
  return {
    'count.mean': mean(counts),
    'count.most': quantile(counts, 0.9),
    'count.deviation': deviation(counts),
    'count.tracks': new Set(moments.flatMap(({ people }) => people.map(({ track }) => track))).size,
  };
}

/** All people of all frames in one heap: what one bad track cannot spoil. */
function pooledPoses(people: readonly TrackedPerson[]): Features {
  const poses = people.flatMap(({ frames }) =>
    frames.flatMap(({ joints }) => (joints && torsoScore(joints) >= sureTorso ? [joints] : [])),
  );
  const tilts = poses.map(tiltOf);
  const shapes = people.flatMap(({ frames }) => frames.map(({ box }) => Math.log(box.width / box.height)));
  return {
    'pool.tilt90': quantile(tilts, 0.9),
    'pool.tilt75': quantile(tilts, 0.75),
    'pool.tilted': mean(tilts.map((tilt) => (tilt > 0.5 ? 1 : 0))),
    'pool.lying': mean(tilts.map((tilt) => (tilt > 1 ? 1 : 0))),
    'pool.shape90': quantile(shapes, 0.9),
  };
}

const personNames = Object.keys(personFeatures({ track: '', frames: [] }));

/** Each of a person's numbers: the highest among the people, the second highest, the mean. */
function rankedPeople(found: readonly Features[]): Features {
  const features: Features = {};
  for (const name of personNames) {
    const values = found.map((each) => each[name] ?? 0).sort((a, b) => b - a);
    features[`person.${name}.1`] = values[0] ?? 0;
    features[`person.${name}.2`] = values[1] ?? values[0] ?? 0;
    features[`person.${name}.mean`] = mean(values);
  }
  return features;
}

/** What stands for a pair where there is none: far apart, and nothing happens. */
const noPair = { near: 3, distance: 3, overlap: 0, overlap90: 0, approach: 0, handNear: 3, together: 0 };

/** @param doing what each of them does */
function rankedPairs(people: readonly TrackedPerson[], doing: readonly Features[]): Features {
  const pairs = people.flatMap((a, index) =>
    people.slice(index + 1).flatMap((b, after) => {
      const [one = {}, other = {}] = [doing[index], doing[index + 1 + after]];
      return listOf(pairFeatures(a, b, one, other));
    }),
  );
  const closest: Features = [...pairs].sort((a, b) => (a.near ?? 0) - (b.near ?? 0))[0] ?? noPair;
  const features: Features = {};
  for (const [name, value] of Object.entries(noPair)) {
    features[`pair.${name}.closest`] = Math.min(closest[name] ?? value, 10);
  }
  const busy = (name: string) => Math.max(0, ...pairs.map((pair) => pair[name] ?? 0));
  features['pair.limbs.most'] = busy('limbs');
  features['pair.tilt.most'] = busy('tilt');
  features['pair.motion.most'] = busy('motion');
  features['pair.shape.most'] = busy('shape');
  const detours = ['detour', 'torsoDetour', 'bothTorsoDetour', 'bothLimbDetour', 'bothShapeDetour'];
  for (const name of ['bothBusy', 'bothLimbs', 'bothTilt', ...detours]) features[`pair.${name}.most`] = busy(name);
  features['pair.overlap.most'] = Math.max(0, ...pairs.map((pair) => pair.overlap90 ?? 0));
  features['pair.approach.most'] = Math.max(0, ...pairs.map((pair) => pair.approach ?? 0));
  features['pair.closeShare'] = mean(pairs.map((pair) => ((pair.near ?? 3) < 0.6 ? 1 : 0)));
  return features;
}

function listOf<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

function motionFeatures(moments: readonly SeenMoment[]): Features {
  const motions = moments.flatMap(({ motion }) => (motion ? [motion] : []));
  const of = (pick: (motion: (typeof motions)[number]) => number) => motions.map(pick);
  return {
    'motion.moving': mean(of(({ moving }) => moving)),
    'motion.fastest': mean(of(({ fastest }) => fastest)),
    'motion.fastest90': quantile(
      of(({ fastest }) => fastest),
      0.9,
    ),
    'motion.outside': mean(of(({ outside }) => outside)),
    'motion.disorder': mean(of(({ disorder }) => disorder)),
    'motion.change': mean(of(({ change }) => change)),
    'motion.changeMost': mean(of(({ changeMost }) => changeMost)),
    'motion.changeDeviation': deviation(of(({ changeMost }) => changeMost)),
    'motion.shake': mean(of(({ shake }) => shake)),
    'motion.contrast': mean(of(({ change, changeMost }) => changeMost / Math.max(0.3, change))),
  };
}

/** The names of all features. */
export const featureNames: readonly string[] = Object.keys(windowFeatures([]));
