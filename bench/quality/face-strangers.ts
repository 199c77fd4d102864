// Faces of strangers in rough footage: does anybody in the fight clips get the name of somebody who is enrolled and not there?
// One clip in so many: `node bench/quality/face-strangers.ts 6`, from the first on, or from another: `… 6 3`. Left out: every second.
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { openPhotoReader } from '../../src/detect/faces/photo-faces.ts';
import { isClearFace } from '../../src/stage/people/face-gate.ts';
import { faceOf } from '../../src/topics/face-attribute.ts';
import { footage, modelsFolder } from '../lib/material.ts';
import { report } from '../lib/results.ts';
import { comparableFaces, openFaceDetector, seeFilmWith, tellFilm } from './face-film.ts';
import { readLabelledFaces } from './face-photos.ts';

const places = {
  cacheDir: join(tmpdir(), 'vigil-bench-faces'),
  modelsDir: modelsFolder,
  logger: pino({ level: 'silent' }),
};
const reader = await openPhotoReader(places);
const { faces } = await readLabelledFaces(reader);
await reader.close();
const enrolled = faces.filter(({ name }) => name !== undefined);
const names = new Set(enrolled.map(({ name }) => name));

const [every = 2, first = 0] = process.argv.slice(2).map(Number);
const clips = ['fights/fight', 'fights/noFight'].flatMap((folder) => {
  const path = footage(folder);
  return readdirSync(path)
    .toSorted()
    .filter((_, index) => index % every === first)
    .map((name) => join(path, name));
});
const detector = await openFaceDetector(places);
const counts = { frames: 0, comparable: 0, clear: 0, withFaces: 0, named: 0, unknown: 0 };
const told: string[] = [];
for (const clip of clips) {
  const film = await seeFilmWith(detector, clip);
  counts.frames += film.length;
  counts.comparable += comparableFaces(film);
  counts.clear += film
    .flatMap(({ detections }) => detections.flatMap((each) => faceOf(each) ?? []))
    .filter(({ embedding, quality }) => embedding && isClearFace(quality)).length;
  if (comparableFaces(film) > 0) counts.withFaces++;
  for (const { type, name, number, face } of tellFilm(film, enrolled, 'clip')) {
    counts[type === 'face-known' ? 'named' : 'unknown']++;
    if (type === 'face-known')
      told.push(
        `${clip.split('/').at(-1)}, track ${number}: ${name}, distance ${face?.distance}, ${face?.agreeing} of ${face?.sightings} faces.`,
      );
  }
}
await detector.close();

report(
  'quality/face-strangers',
  'Does a stranger in rough footage get the name of somebody who is not there?',
  [
    { what: 'clips', unit: '', values: [clips.length] },
    { what: 'frames', unit: '', values: [counts.frames] },
    { what: 'clips with a face that is good enough to compare', unit: '', values: [counts.withFaces] },
    { what: 'faces that are good enough to compare', unit: '', values: [counts.comparable] },
    { what: 'of these clear ones', unit: '', values: [counts.clear] },
    { what: 'tracks that get a name', unit: '', values: [counts.named], wanted: '0' },
    { what: 'tracks called unknown', unit: '', values: [counts.unknown] },
  ],
  [
    `${names.size} people are enrolled with all their photos, none of whom is in any clip. One in ${every} of the 150 clips, from number ${first + 1} on, of fights and of no fights, about two seconds each, mostly of watch cameras: ten frames a second.`,
    'Drawn after seeing clips of `2` and `4 1`: the gate against blurred faces (src/stage/people/face-gate.ts), how near a face has to be to vote (face-thresholds.ts). Nothing was drawn after `4 3`.',
    ...told,
  ],
);
