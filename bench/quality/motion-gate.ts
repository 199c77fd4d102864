// The motion gate: how many looks does it save a model, and what does it miss?
import { MotionGate } from '../../src/detect/motion/motion-gate.ts';
import { footage } from '../lib/material.ts';
import { report } from '../lib/results.ts';
import { seenFrames } from './film-detections.ts';

const model = 'yolox-nano';
const threshold = 0.5;
const framesPerSecond = 10;
const grey = { width: 96, height: 54 };

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
  /** Frames in which the model sees somebody, and those of them that the gate keeps from it. */
  withSomebody: number;
  missed: number;
  /** Frames with somebody by `presences`, gated. */
  missedPresences: number;
  microseconds: number[];
}

async function measure(film: string): Promise<Outcome> {
  const { default: sharp } = await import('sharp');
  const gate = new MotionGate();
  const outcome: Outcome = { frames: 0, looks: 0, withSomebody: 0, missed: 0, missedPresences: 0, microseconds: [] };
  for await (const { frame, ptsUs, detections, jpeg } of seenFrames(footage(film), {
    model,
    threshold,
    framesPerSecond,
  })) {
    const { width, height } = grey;
    const pixels = await sharp(jpeg).resize(width, height, { fit: 'fill' }).greyscale().raw().toBuffer();
    const startedMs = performance.now();
    const { isOpen } = gate.look({ pixels, width, height }, ptsUs);
    outcome.microseconds.push((performance.now() - startedMs) * 1000);
    outcome.frames++;
    if (isOpen) outcome.looks++;
    if (detections.length > 0) outcome.withSomebody++;
    if (detections.length > 0 && !isOpen) outcome.missed++;
    if (!isOpen && presences.some(([from, to]) => frame >= from && frame <= to)) outcome.missedPresences++;
  }
  return outcome;
}

const hall = await measure('people/one-by-one-person-detection.mp4');
const street = await measure('people/vtest.avi');
const percent = (part: number, whole: number) => [(100 * part) / whole];
report(
  'quality/motion-gate',
  'How many looks does the motion gate save, and what does it miss?',
  [
    { what: 'hall (one by one): looks saved', unit: '%', values: percent(hall.frames - hall.looks, hall.frames) },
    { what: 'hall: frames with somebody that are missed', unit: '', values: [hall.missedPresences], wanted: '0' },
    { what: 'hall: frames in which the model sees somebody that are missed', unit: '', values: [hall.missed] },
    {
      what: 'street (vtest.avi): looks saved',
      unit: '%',
      values: percent(street.frames - street.looks, street.frames),
    },
    { what: 'street: frames in which the model sees somebody that are missed', unit: '', values: [street.missed] },
    { what: 'the gate itself, one picture', unit: 'µs', values: [...hall.microseconds, ...street.microseconds] },
  ],
  [
    `Grey pictures of ${grey.width}×${grey.height}; ${model} from a score of ${threshold} on says whether it sees somebody; ${hall.frames} and ${street.frames} frames.`,
    'The street is never empty: nothing can be saved there, and a miss would be a fault.',
    'Not wired into capture or detectors yet: this measures the gate by itself.',
  ],
);
