import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { type Detector, openDetector } from '../../src/detect/inference/detector.ts';
import { findModel } from '../../src/detect/models/find-model.ts';
import { media, model, modelsFolder } from '../support/material.ts';
import { filmFrames } from './support/film-frames.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const street = media('people/vtest.avi');
const hall = media('people/one-by-one-person-detection.mp4');

interface Candidate {
  name: string;
  /** Its file, where it is not carried by a package. */
  file?: string;
}

const candidates: Candidate[] = [
  { name: 'yolox-nano', file: 'yolox_nano.onnx' },
  { name: 'fastestdet', file: 'FastestDet.onnx' },
  { name: 'coco-centernet' },
];

function need({ file }: Candidate, film: string | undefined, filmName: string): { skip: string | false } {
  if (!film) return { skip: `needs ${filmName}` };
  return { skip: file && !model(file) ? `needs ${file}` : false };
}

async function open(t: TestContext, name: string): Promise<Detector> {
  const logger = pino({ level: 'silent' });
  const places = { cacheDir: await temporaryFolder(t), modelsDir: modelsFolder };
  const detector = await openDetector({ ...(await findModel(name, { ...places, logger })), labels: ['person'] });
  t.after(() => detector.close());
  return detector;
}

/** Pedestrians who walk freely in frame 100 of the street, in pixels; checked by eye on the picture. */
const walkers = [
  { x: 587, y: 155, width: 32, height: 81 },
  { x: 494, y: 149, width: 24, height: 71 },
  { x: 346, y: 199, width: 32, height: 75 },
];

type Box = (typeof walkers)[number];

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  const shared = Math.max(0, width) * Math.max(0, height);
  return shared / (a.width * a.height + b.width * b.height - shared);
}

for (const candidate of candidates) {
  const { name } = candidate;
  test(`${name} finds the pedestrians of a street where they are`, need(candidate, street, 'vtest.avi'), async (t) => {
    const detector = await open(t, name);
    const [frame] = await filmFrames(street ?? '', [100]);
    assert.ok(frame);
    const { detections } = await detector.look(frame);
    for (const walker of walkers) {
      const best = Math.max(...detections.map(({ box }) => overlap(box, walker)));
      assert.ok(best > 0.5, `${JSON.stringify(walker)} is covered by ${best} only`);
    }
  });

  const needs = need(candidate, hall, 'one-by-one-person-detection.mp4');
  test(`${name} sees a person who is there, and nobody in the empty hall`, needs, async (t) => {
    const detector = await open(t, name);
    const frames = await filmFrames(hall ?? '', [30, 150, 215, 480, 600]);
    const counts: number[] = [];
    for (const frame of frames) counts.push((await detector.look(frame)).detections.length);
    assert.deepEqual(
      counts.map((count) => Math.min(count, 1)),
      [0, 1, 0, 0, 1],
    );
  });
}
