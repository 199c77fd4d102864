// How much faster than the film went is another model through it again, from the log: `vigil detect --as people@2`?
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { waitForBroker } from '../src/stage/kafka-admin.ts';
import { readToEnd } from '../src/stage/read-to-end.ts';
import { decodeFrameHeader } from '../src/topics/frame-record.ts';
import { topicNames } from '../src/topics/topic-names.ts';
import { freePort } from './lib/free-port.ts';
import { footage, modelsFolder } from './lib/material.ts';
import { report } from './lib/results.ts';
import { runVigil, startVigil, stop, temporaryFolder } from './lib/vigil-process.ts';

const rounds = Number(process.argv[2] ?? 3);
const models = ['yolox-nano', 'fastestdet'];
const film = footage('people/one-by-one-person-detection.mp4');
const clientId = 'bench';
const loadAtStart = loadavg()[0]?.toFixed(1);
const env = { VIGIL_MODELS: modelsFolder };
const data = join(temporaryFolder(), 'data');
const address = `127.0.0.1:${await freePort()}`;
const brokers = [address];

// What is recorded does not depend on who looked at it first.
const record = ['up', '--once', '--fast', '--json', '--data', data, '--listen', address, '--http', '127.0.0.1:0'];
await runVigil([...record, '--camera', `film=${film}`, '--model', 'delay:1ms']);
const broker = startVigil(['broker', '--listen', address, '--data', data]);
broker.stdout?.resume();
await waitForBroker({ brokers, clientId, timeoutMs: 10_000 });
const recorded = await recordedFilm();

const seconds = new Map(models.map((model) => [model, [] as number[]]));
let version = 1;
for (let round = 0; round < rounds; round++) {
  for (const model of models) seconds.get(model)?.push(await replay(model, `people@${++version}`));
}
await stop(broker);

report(
  'replay',
  'How much faster than the film does another model go through it again?',
  models.flatMap((model) => {
    const took = seconds.get(model) ?? [];
    return [
      { what: `${model}: whole command, start to exit`, unit: 's', values: took },
      { what: `${model}: frames`, unit: 'frames/s', values: took.map((each) => recorded.frames / each) },
      {
        what: `${model}: seconds of film per second`,
        unit: '',
        values: took.map((each) => recorded.seconds / each),
        wanted: '> 1',
      },
    ];
  }),
  [
    `\`vigil detect --as people@2 --from beginning\` over ${recorded.frames} frames of 768×432, ${recorded.seconds.toFixed(0)} s of film, in the log of the embedded broker; each replay under a version of its own, with a result for each frame.`,
    `Load of the machine, all programs, when it began: ${loadAtStart}.`,
    'The whole command: loading the model, joining the group, and the end of the last transaction are in it.',
  ],
);

async function recordedFilm(): Promise<{ frames: number; seconds: number }> {
  const times: number[] = [];
  await readToEnd({ brokers, clientId, topic: topicNames.rawVideoFrames, from: 'beginning' }, (frame) => {
    times.push(decodeFrameHeader(frame).ptsUs);
  });
  return { frames: times.length, seconds: (Math.max(...times) - Math.min(...times)) / 1e6 };
}

/** @returns seconds from the start of the command to its end. @throws when a frame has no result, or two */
async function replay(model: string, as: string): Promise<number> {
  const startedMs = performance.now();
  await runVigil(['detect', '--brokers', address, '--model', model, '--as', as, '--from', 'beginning'], env);
  const took = (performance.now() - startedMs) / 1000;
  const answered = new Set<string>();
  let results = 0;
  await readToEnd({ brokers, clientId, topic: topicNames.processedImages, from: 'beginning' }, ({ headers }) => {
    if (headers.get('detector') !== as) return;
    answered.add(headers.get('frame_ref') ?? '');
    results++;
  });
  if (results !== recorded.frames || answered.size !== results)
    throw new Error(`${as}: ${results} results of ${answered.size} frames instead of ${recorded.frames}`);
  return took;
}
