// The motion gate: how many looks does it save a model, what does it miss, and what does it do to tracks?
import { tmpdir } from 'node:os';
import { pino } from 'pino';
import { filmFrames } from '../../src/capture/film-frames.ts';
import { openDetector } from '../../src/detect/inference/detector.ts';
import { findModel } from '../../src/detect/models/find-model.ts';
import { Tracker } from '../../src/track/tracker.ts';
import { footage, modelsFolder } from '../lib/material.ts';
import { report } from '../lib/results.ts';

const model = 'yolox-nano';
/** From which score on the model sees somebody; tracks are followed from lower ones on. */
const threshold = 0.5;
const films = {
  hall: { file: 'people/one-by-one-person-detection.mp4', title: 'hall (one by one)' },
  street: { file: 'people/vtest.avi', title: 'street (vtest.avi)' },
  cars: { file: 'traffic/car-detection.mp4', title: 'cars from above (car-detection)' },
};

/** Frames in which somebody is in the one-by-one film, found from the pictures without any detector. */
const presences = [
  [60, 206],
  [227, 452],
  [502, 704],
  [745, 873],
  [921, 1206],
  [1234, 1365],
] as const;

interface Outcome {
  frames: number;
  looks: number;
  /** Frames in which the model sees somebody and which the gate keeps from it. */
  missed: number;
  /** Frames with somebody by `presences`, gated; and frames with nobody in all. */
  missedPresences: number;
  empty: number;
  tracks: { gated: number; whole: number };
  captureMs: { gated: number; whole: number };
}

const found = await findModel(model, {
  cacheDir: tmpdir(),
  modelsDir: modelsFolder,
  logger: pino({ level: 'silent' }),
});
const detector = await openDetector({ ...found, labels: ['person'], threshold: 0.1 });

/** Processor time of this process to read, scale and encode the film, per frame. */
async function captureMs(file: string, gate: object): Promise<number> {
  const before = process.cpuUsage();
  let frames = 0;
  for await (const _ of filmFrames(file, { fps: 240, width: 1280, quality: 80, ...gate })) frames++;
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / frames;
}

async function measure(film: string): Promise<Outcome> {
  const file = footage(film);
  const outcome: Outcome = {
    frames: 0,
    looks: 0,
    missed: 0,
    missedPresences: 0,
    empty: 0,
    tracks: { gated: 0, whole: 0 },
    captureMs: { whole: await captureMs(file, {}), gated: await captureMs(file, { motionGate: {} }) },
  };
  const [gated, whole] = [new Tracker(), new Tracker()];
  for await (const picture of filmFrames(file, { fps: 240, width: 1280, quality: 80, motionGate: {} })) {
    const frame = outcome.frames++;
    const { detections } = await detector.look(picture);
    const moment = { frame, ptsUs: picture.ptsUs, capturedAtUs: picture.ptsUs };
    const isThere = presences.some(([from, to]) => frame >= from && frame <= to);
    if (!isThere) outcome.empty++;
    whole.update(moment, detections);
    if (!picture.isStill) {
      outcome.looks++;
      gated.update(moment, detections);
      continue;
    }
    gated.stayStill(moment);
    if (detections.some(({ score }) => score >= threshold)) outcome.missed++;
    if (isThere) outcome.missedPresences++;
  }
  outcome.tracks = { gated: gated.state().realTracks, whole: whole.state().realTracks };
  return outcome;
}

function rows(title: string, { frames, looks, missed, tracks, captureMs }: Outcome) {
  return [
    { what: `${title}: frames`, unit: '', values: [frames] },
    { what: `${title}: looks saved`, unit: '%', values: [(100 * (frames - looks)) / frames] },
    { what: `${title}: missed frames in which the model sees somebody`, unit: '', values: [missed], wanted: '0' },
    { what: `${title}: tracks with the gate`, unit: '', values: [tracks.gated], wanted: String(tracks.whole) },
    {
      what: `${title}: what the gate adds to capturing a frame`,
      unit: 'ms',
      values: [captureMs.gated - captureMs.whole],
    },
  ];
}

const outcomes = {
  hall: await measure(films.hall.file),
  street: await measure(films.street.file),
  cars: await measure(films.cars.file),
};
await detector.close();
const { hall } = outcomes;
report(
  'quality/motion-gate',
  'How many looks does the motion gate save, and what does it miss?',
  [
    ...rows(films.hall.title, hall),
    { what: 'hall: frames with nobody, of all', unit: '%', values: [(100 * hall.empty) / hall.frames] },
    { what: 'hall: missed frames with somebody by the labels', unit: '', values: [hall.missedPresences], wanted: '0' },
    ...rows(films.street.title, outcomes.street),
    ...rows(films.cars.title, outcomes.cars),
  ],
  [
    `${model} from a score of ${threshold} on says whether it sees somebody. Pictures as capture makes them, the gate with its defaults.`,
    'The hall is empty for two to six seconds at a time. The gate stays open for one second after somebody left, and for as long as the camera, which brightens the picture whenever somebody comes, takes to darken it again: that leaves little to save. The street is never empty, and over the cars something drives most of the time.',
    'The tests hold that of a minute of an empty, noisy scene under 3 % is looked at: that is what a camera saves that sees an empty room at night.',
  ],
);
