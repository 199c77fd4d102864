import { loadavg } from 'node:os';
import { cacheDirectory } from '../src/base/cache-directory.ts';
import { createLogger } from '../src/base/logger.ts';
import { filmFrames } from '../src/capture/film-frames.ts';
import { openClipDetector } from '../src/cli/score/clip-eyes.ts';
import { loadFightModel } from '../src/cli/score/load-fight-model.ts';
import type { JpegFrame } from '../src/detect/inference/detector.ts';
import { FightWatch } from '../src/threat/fight/fight-watch.ts';
import { shrinkToGrey } from '../src/threat/motion/grey-picture.ts';
import { MomentMaker } from '../src/threat/window/moment-maker.ts';
import { footage, modelsFolder } from './lib/material.ts';
import { report } from './lib/results.ts';

/** What judging a frame costs on one core, from its JPEG to the chance of a fight, by the number of people in view. */

const film = process.argv[2] ?? 'fights/fight/fi051.mp4';
const places = { cacheDir: cacheDirectory(), modelsDir: modelsFolder, logger: createLogger('bench') };
const [{ detector, decoder }, model] = await Promise.all([openClipDetector(places), loadFightModel()]);
/** The first of them warms up what runs for days on a site, and is not counted. */
const passes = 5;
/** The window is full from the seventh frame on. */
const windowFrames = 7;
const frames: (JpegFrame & { ptsUs: number })[] = [];
for await (const frame of filmFrames(footage(film), { fps: 10, width: 1280, quality: 80 })) frames.push(frame);
const all: { people: number; look: number; grey: number; judge: number; processor: number }[] = [];
for (let pass = 0; pass < passes; pass++) {
  const [maker, watch] = [new MomentMaker(), new FightWatch(model)];
  for (const [index, { ptsUs, jpeg, width, height }] of frames.entries()) {
    const start = performance.now();
    const spent = process.cpuUsage();
    const { detections } = await detector.look({ jpeg, width, height });
    const looked = performance.now();
    const grey = shrinkToGrey(await decoder.decodeGrey(jpeg, { width, height }));
    const shrunk = performance.now();
    watch.see(maker.make({ frame: index, ptsUs, capturedAtUs: ptsUs, width, height, detections, grey }));
    const judged = performance.now();
    if (pass === 0 || index < windowFrames) continue;
    const { user, system } = process.cpuUsage(spent);
    const took = { look: looked - start, grey: shrunk - looked, judge: judged - shrunk };
    all.push({ people: detections.length, ...took, processor: (user + system) / 1000 });
  }
}
await detector.close();
const two = all.filter(({ people }) => people >= 1 && people <= 3);
report(
  'threat',
  'What does it cost to judge a frame?',
  [
    { what: 'people and joints (YOLOX-nano, MoveNet)', unit: 'ms', values: two.map(({ look }) => look) },
    { what: 'the picture again, small and grey', unit: 'ms', values: two.map(({ grey }) => grey) },
    { what: 'tracks, motion, features, judgement', unit: 'ms', values: two.map(({ judge }) => judge) },
    { what: 'all of it', unit: 'ms', values: two.map(({ look, grey, judge }) => look + grey + judge), wanted: '≤ 60' },
    {
      what: 'all of it, time of the processor',
      unit: 'ms',
      values: two.map(({ processor }) => processor),
      wanted: '≤ 60',
    },
    { what: 'people in view', unit: '', values: two.map(({ people }) => people) },
  ],
  [
    `${film}, frames with one to three detections from a score of 0.15 on, ${passes - 1} times over after one pass that warms up; one thread does one thing after the other. The time of the processor counts all threads, and not the waiting for a core on a machine that is shared: load average ${(loadavg()[0] ?? 0).toFixed(1)}.`,
  ],
);
