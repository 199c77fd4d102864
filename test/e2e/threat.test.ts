import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Alarm } from '../../src/topics/alarm-schema.ts';
import { media, model, modelsFolder } from '../support/material.ts';
import { ownPlace, startVigil, temporaryFolder } from '../support/vigil.ts';

/** Each of its windows is far above the threshold: it does not matter which one comes first. */
const clip = media('fights/fight/fi051.mp4');
const skip = !clip ? 'needs fights/fight/fi051.mp4' : !model('yolox_nano.onnx') ? 'needs yolox_nano.onnx' : false;

/** Asks until somebody answers with an alarm. */
async function untilAlarms(url: string): Promise<Alarm[]> {
  for (;;) {
    const answer = await fetch(`${url}/api/alarms`).then(
      (response) => response.json() as Promise<{ items?: { alarm: Alarm }[] }>,
      () => undefined,
    );
    if (answer?.items?.length) return answer.items.map(({ alarm }) => alarm);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('a fight before a camera becomes an alarm with its frames and measured times', {
  skip,
  timeout: 240_000,
}, async (t) => {
  const folder = await temporaryFolder(t);
  const site = join(folder, 'site.yml');
  await writeFile(
    site,
    `cameras:
  yard: { source: ${JSON.stringify(clip)} }
detectors:
  people: { model: yolox-nano, labels: [person], threshold: 0.15, steps: [pose] }
threats: [fight]
rules:
  fight: { threats: [fight], cooldown: 1m }
`,
  );
  const vigil = startVigil(t, ['up', site, ...ownPlace(join(folder, 'data'))], { VIGIL_MODELS: modelsFolder });
  const [url] = await vigil.printed(/http:\/\/127\.0\.0\.1:\d+/);
  const [alarm, ...more] = await untilAlarms(url);
  assert.ok(alarm);
  assert.deepEqual([alarm.rule, alarm.camera, alarm.what, more.length], ['fight', 'yard', 'threat-suspected', 0]);
  const { capturedAtUs, resultAtUs = 0, eventAtUs, raisedAtUs } = alarm.times;
  assert.ok(
    capturedAtUs < resultAtUs && resultAtUs <= eventAtUs && eventAtUs <= raisedAtUs,
    JSON.stringify(alarm.times),
  );
  const frames = alarm.evidence.map(({ frame }) => Number(frame.split('/').at(-1)));
  assert.ok(frames.length >= 6, 'the frames that it rests on');
  assert.deepEqual(
    frames,
    frames.map((_, index) => (frames[0] ?? 0) + index),
    'one after the other',
  );
  await vigil.interrupt();
});
