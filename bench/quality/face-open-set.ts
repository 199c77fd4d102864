// Open set, by tracks: are people who are not enrolled called unknown, and people who are not? Thresholds from other people.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openPhotoReader } from '../../src/detect/faces/photo-faces.ts';
import { type FaceThresholds, faceThresholds } from '../../src/stage/people/face-thresholds.ts';
import { FaceWatch } from '../../src/track/faces/face-watch.ts';
import { modelsFolder } from '../lib/material.ts';
import { report } from '../lib/results.ts';
import { bookOf } from './face-film.ts';
import { type LabelledFace, readLabelledFaces } from './face-photos.ts';
import { enrolledOf, equalErrorRate, pairsOf, shareUpTo, shotsOf } from './face-scores.ts';
import { FaceViews } from './face-views.ts';

const reader = await openPhotoReader({
  cacheDir: join(tmpdir(), 'vigil-bench-faces'),
  modelsDir: modelsFolder,
  logger: pino({ level: 'silent' }),
});
const views = new FaceViews(reader);
const { faces } = await readLabelledFaces(views.reader);
await reader.close();

/** Everybody with a name, and who of them has enough shots to be enrolled with two and recognised in a third. */
const people = [...Map.groupBy(faces, ({ name }) => name)].flatMap(([name, theirs]) =>
  name === undefined ? [] : [{ name, theirs, isAble: shotsOf(theirs).length >= 3 }],
);
const nobodys = faces.filter(({ name }) => name === undefined);

interface Counts {
  strangers: number;
  strangersUnknown: number;
  strangersNamed: number;
  known: number;
  knownRight: number;
  knownUnknown: number;
  knownWrong: number;
}

const none: Counts = {
  strangers: 0,
  strangersUnknown: 0,
  strangersNamed: 0,
  known: 0,
  knownRight: 0,
  knownUnknown: 0,
  knownWrong: 0,
};

/** What is told last of a track that shows this face. */
function tell(face: LabelledFace, enrolled: readonly LabelledFace[], thresholds: FaceThresholds): string | undefined {
  const watch = new FaceWatch(bookOf(enrolled), 0, {}, thresholds);
  let told: string | undefined;
  for (const [index, view] of views.of(face.face).entries()) {
    const news = watch.see({ track: 'yard/s/0.0', frame: `yard/s/${index}`, atUs: index * 1e5, face: view }, true);
    if (news) told = news.type === 'face-unknown' ? 'unknown' : news.person.person;
  }
  return told;
}

/** Enrols choices of about half of these people, each with two shots, and shows all other shots of everybody. @param every of the choices, one in so many */
function openSet(
  names: ReadonlySet<string>,
  others: readonly LabelledFace[],
  thresholds: FaceThresholds,
  every = 1,
): Counts {
  const counts = { ...none };
  const able = people.filter(({ name, isAble }) => isAble && names.has(name));
  const all = [...people.filter(({ name }) => names.has(name)).flatMap(({ theirs }) => theirs), ...others];
  const choices = halvesOf(able).filter((_, index) => index % every === 0);
  for (const [turn, chosen] of choices.entries()) {
    const enrolled = chosen.flatMap(({ theirs }) => enrolledOf(theirs, turn));
    const shots = new Set(enrolled.map(({ shot }) => shot));
    for (const face of all) {
      // A track in which the face was found too seldom to say anything is no track to be judged.
      if (shots.has(face.shot) || views.of(face.face).length < 5) continue;
      const isKnown = chosen.some(({ name }) => name === face.name);
      count(counts, face, isKnown, tell(face, enrolled, thresholds));
    }
  }
  return counts;
}

function count(counts: Counts, { name }: LabelledFace, isKnown: boolean, told: string | undefined): void {
  counts[isKnown ? 'known' : 'strangers']++;
  if (told === undefined) return;
  if (told === 'unknown') counts[isKnown ? 'knownUnknown' : 'strangersUnknown']++;
  else if (!isKnown) counts.strangersNamed++;
  else counts[told === name ? 'knownRight' : 'knownWrong']++;
}

/** All ways to take half of a list; of an odd one, both roundings. */
function halvesOf<T>(list: readonly T[]): T[][] {
  const sizes = new Set([Math.floor(list.length / 2), Math.ceil(list.length / 2)]);
  return Array.from({ length: 2 ** list.length }, (_, bits) => list.filter((_, index) => bits & (1 << index))).filter(
    ({ length }) => sizes.has(length),
  );
}

/** A rule and no choice: half-way between the two kinds of pairs, or where both err alike. A stranger is one from 0.03 further on. */
function calibrate(known: readonly LabelledFace[]): FaceThresholds {
  const pairs = pairsOf(known);
  const [lower, upper] = [Math.max(...pairs.genuine), Math.min(...pairs.impostor)];
  const same = lower < upper ? (lower + upper) / 2 : equalErrorRate(pairs).threshold;
  return thresholdsAt(same);
}

function thresholdsAt(same: number): FaceThresholds {
  return { ...faceThresholds, same, other: same + 0.03, perhaps: Math.max(same, faceThresholds.perhaps) };
}

/** Thresholds from one half of the people, judged on the other half; each choice of a half once. */
function crossFitted() {
  const able = people.filter(({ isAble }) => isAble);
  const rest = people.filter(({ isAble }) => !isAble);
  const halves = halvesOf(able);
  return halves.map((half, index) => {
    // The group photos, and people with too few shots, go to either half by turns.
    const side = (at: number) => (at + index) % 2 === 0;
    const photos = [...new Set(nobodys.map(({ photo }) => photo))];
    const learnt = new Set([...half, ...rest.filter((_, at) => side(at))].map(({ name }) => name));
    const isLearnt = ({ name, photo }: LabelledFace) =>
      name === undefined ? side(photos.indexOf(photo)) : learnt.has(name);
    const thresholds = calibrate(faces.filter(isLearnt));
    const judged = faces.filter((face) => !isLearnt(face));
    const pairs = pairsOf(judged);
    const names = new Set(judged.flatMap(({ name }) => name ?? []));
    return {
      same: thresholds.same,
      falseAccepts: shareUpTo(pairs.impostor, thresholds.same),
      falseRejects: 1 - shareUpTo(pairs.genuine, thresholds.same),
      counts: openSet(
        names,
        judged.filter(({ name }) => name === undefined),
        thresholds,
      ),
    };
  });
}

const everybody = new Set(people.map(({ name }) => name));
const chosen = openSet(everybody, nobodys, faceThresholds);
const folds = crossFitted();
const total = folds.reduce(
  (sum, { counts }) => {
    for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += counts[name];
    return sum;
  },
  { ...none },
);
const share = (part: number, whole: number) => (100 * part) / Math.max(1, whole);
const percent = (part: number, whole: number) => `${share(part, whole).toFixed(2)} %`;

function figures(title: string, counts: Counts) {
  const { strangers, strangersUnknown, strangersNamed, known, knownUnknown, knownRight, knownWrong } = counts;
  return [
    { what: `${title}: tracks of strangers, of enrolled people`, unit: '', values: [strangers, known] },
    {
      what: `${title}: strangers called unknown`,
      unit: '%',
      values: [share(strangersUnknown, strangers)],
      wanted: '≥ 95 %',
    },
    {
      what: `${title}: enrolled people called unknown`,
      unit: '%',
      values: [share(knownUnknown, known)],
      wanted: '≤ 1 %',
    },
    { what: `${title}: enrolled people named right`, unit: '%', values: [share(knownRight, known)] },
    {
      what: `${title}: wrong names, of strangers and of enrolled people`,
      unit: '',
      values: [strangersNamed, knownWrong],
      wanted: '0',
    },
  ];
}

report(
  'quality/face-open-set',
  'Are tracks of people who are not enrolled called unknown?',
  [
    ...figures('thresholds from other people', total),
    {
      what: 'thresholds from other people: the threshold, fold by fold',
      unit: '',
      values: folds.map(({ same }) => same),
    },
    {
      what: 'thresholds from other people: false accepts of pairs',
      unit: '%',
      values: folds.map((each) => 100 * each.falseAccepts),
    },
    {
      what: 'thresholds from other people: false rejects of pairs',
      unit: '%',
      values: folds.map((each) => 100 * each.falseRejects),
    },
    ...figures(
      `the thresholds of the product (${faceThresholds.same}, ${faceThresholds.other}), chosen on these very photos`,
      chosen,
    ),
  ],
  [
    `${faces.length} faces in photos: ${people.length} people with a name (${people.filter(({ isAble }) => isAble).length} with the three shots that it takes to be enrolled and recognised) and ${nobodys.length} faces of groups, never enrolled. A track is ten views of one face, 16 to 50 pixels between the eyes of the largest in the photo, brighter and darker, blurred, turned by up to 4°, as JPEG; views of one photo are alike, real tracks vary more.`,
    `Each choice of half of the people is enrolled, with two shots each, other ones each time (for the curve every fourth choice). What is not called anything: ${percent(total.strangers - total.strangersUnknown - total.strangersNamed, total.strangers)} of the strangers, ${percent(total.known - total.knownUnknown - total.knownRight - total.knownWrong, total.known)} of the enrolled people (thresholds from other people).`,
    'Thresholds from other people: read from the pairs of one half of the people (half-way between the nearest two of different people and the farthest of one), judged on the other half; every choice of halves.',
    'The whole curve, everybody, by threshold: strangers called unknown / enrolled people called unknown / named right / wrong names.',
    ...[0.4, 0.44, 0.48, 0.5, 0.52, 0.54, 0.55, 0.56, 0.58, 0.6, 0.62, 0.64].map((same) => {
      const at = openSet(everybody, nobodys, thresholdsAt(same), 4);
      return `${same.toFixed(2)}: ${percent(at.strangersUnknown, at.strangers)} / ${percent(at.knownUnknown, at.known)} / ${percent(at.knownRight, at.known)} / ${at.strangersNamed + at.knownWrong}`;
    }),
  ],
);
