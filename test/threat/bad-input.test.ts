import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadFightModel } from '../../src/cli/score/load-fight-model.ts';
import type { GreyPicture } from '../../src/threat/motion/grey-picture.ts';
import { CameraThreats } from '../../src/threat/stage/camera-threats.ts';
import { type ThreatKind, threatKinds } from '../../src/topics/event-names.ts';
import type { TrackEvent } from '../../src/topics/event-schema.ts';
import type { Joint } from '../../src/topics/joints.ts';
import { jointNames, jointsAttribute } from '../../src/topics/joints.ts';
import type { Detection } from '../../src/topics/result-record.ts';
import { Random } from '../stage/order/random.ts';

const model = await loadFightModel();
const random = new Random(7);
const [width, height] = [80, 45];
/** A scene with structure, so that motion can be told. */
const scene = Uint8Array.from(
  { length: width * height },
  (_, at) => 60 + ((7 * (at % width) + 13 * Math.floor(at / width)) % 120),
);

/** The scene moved by so many pixels, with its light and so much noise. */
function picture({ dx = 0, dy = 0, light = 0, noise = 0 } = {}): GreyPicture {
  const pixels = Uint8Array.from(scene, (_, at) => {
    const [x, y] = [((at % width) + dx + width) % width, (Math.floor(at / width) + dy + height) % height];
    const shown = (scene[y * width + x] ?? 0) + light + (noise > 0 ? random.between(-noise, noise) : 0);
    return Math.max(0, Math.min(255, shown));
  });
  return { pixels, width, height };
}

/** Somebody upright who stands; `jitter` is what a detector makes of a bad picture. */
function standing(x: number, scale: number, jitter: number): Detection {
  const off = () => scale * random.between(-jitter, jitter);
  const [left, top] = [x * scale + off(), 60 * scale + off()];
  const joints = jointNames.map((_, index): Joint => [left + 20 * scale + off(), top + 6 * index * scale + off(), 0.6]);
  const box = { x: left, y: top, width: 40 * scale, height: 110 * scale };
  return { label: 'person', score: 0.5, box, attributes: { [jointsAttribute]: joints } };
}

interface Condition {
  fps?: number;
  seconds?: number;
  /** Frame pixels. */
  size?: [width: number, height: number];
  jitter?: number;
  pictureAt?: (frame: number) => GreyPicture | undefined;
}

/** Two people who stand before a camera under such a condition. */
function watch(condition: Condition, kinds: readonly ThreatKind[] = threatKinds): TrackEvent[] {
  const { fps = 10, seconds = 9, size = [640, 360], jitter = 0, pictureAt = () => picture() } = condition;
  const threats = new CameraThreats({ detector: 'people@1', kinds, model, speed: 'urgent' });
  threats.beginSession('s');
  const scale = size[1] / 360;
  return Array.from({ length: fps * seconds }, (_, frame) => frame).flatMap((frame) => {
    const ptsUs = Math.round((frame * 1e6) / fps);
    const header = { camera: 'yard', session: 's', frame, ptsUs, capturedAtUs: ptsUs, width: size[0], height: size[1] };
    const grey = pictureAt(frame);
    const detections = [standing(150, scale, jitter), standing(400, scale, jitter)];
    return threats.see({ frame: header, resultRef: `r/0/${frame}`, detections, ...(grey ? { grey } : {}) }, ptsUs);
  });
}

const still: Record<string, Condition> = {
  'a frozen picture': {},
  '240 lines': { size: [426, 240] },
  '1080 lines': { size: [1920, 1080] },
  '5 frames a second': { fps: 5 },
  '60 frames a second': { fps: 60, seconds: 4 },
  'no picture': { pictureAt: () => undefined },
};

for (const [name, condition] of Object.entries(still)) {
  test(`${name}: people who stand are suspected of nothing`, () => {
    assert.deepEqual(watch(condition), []);
  });
}

const bad: Record<string, Condition> = {
  flicker: { pictureAt: (frame) => picture({ light: frame % 2 === 0 ? -50 : 50 }) },
  'night infrared': { jitter: 4, pictureAt: () => picture({ noise: 40 }) },
  'a camera that is shaken': {
    jitter: 15,
    pictureAt: () => picture({ dx: random.between(-5, 5), dy: random.between(-5, 5) }),
  },
  'a picture that jumps from size to size': {
    pictureAt: (frame) => (frame % 3 === 0 ? { pixels: new Uint8Array(64 * 36), width: 64, height: 36 } : picture()),
  },
};
/** An episode is told once, and ends after four calm seconds; a rule of thumb is silent for fifteen about the same person. */
const [seconds, calmSeconds] = [9, 4];

for (const [name, condition] of Object.entries(bad)) {
  test(`${name}: no storm of suspicions, and each with a score that means something`, () => {
    const events = watch({ ...condition, seconds });
    const fights = events.filter(({ threat }) => threat === 'fight');
    assert.ok(fights.length <= seconds / calmSeconds, `${fights.length} fights`);
    const people = new Set(events.map(({ track }) => track)).size;
    assert.ok(events.length - fights.length <= 2 * people, `${events.length} events of ${people} people`);
    for (const { score } of events) assert.ok(score >= 0.5 && score <= 1, `a score of ${score}`);
  });
}

test('fewer frames than a window asks for: two a second are never judged', () => {
  assert.deepEqual(watch({ fps: 2, jitter: 20 }, ['fight']), []);
});
