import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { Alarm } from '../../src/topics/alarm-schema.ts';
import { runVigil } from '../cli/run-vigil.ts';
import { media, model, modelsFolder } from '../support/material.ts';
import { temporaryFolder } from '../support/vigil.ts';

const film = media('faces/clip/short_hamilton_clip.mp4');
const skip = !film ? 'needs short_hamilton_clip.mp4' : !model('yolox_nano.onnx') ? 'needs yolox_nano.onnx' : false;

test('a run that ends has told of all its alarms and stored them, though the webhook failed at first', {
  skip,
  timeout: 240_000,
}, async (t) => {
  const told: Alarm[] = [];
  let requests = 0;
  const server = createServer(async (request, response) => {
    const body: Buffer[] = [];
    for await (const part of request) body.push(part as Buffer);
    const isWell = ++requests > 2;
    if (isWell) told.push(JSON.parse(Buffer.concat(body).toString()) as Alarm);
    response.writeHead(isWell ? 204 : 500).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const cwd = await temporaryFolder(t);
  const { port } = server.address() as AddressInfo;
  writeFileSync(
    join(cwd, 'vigil.yml'),
    `cameras: { stage: { source: "${film}", fps: 3, width: 416 } }
detectors: { people: { model: yolox-nano, labels: [person], workers: 1 } }
rules: { anybody: { what: [track-began, track-ended], cooldown: 0ms } }
notify: { hook: { webhook: { url: "http://127.0.0.1:${port}/" } }, out: { stdout: true } }
`,
  );
  const ports = ['--listen', '127.0.0.1:0', '--http', '127.0.0.1:0'];
  const { code, stdout, stderr } = await runVigil(['up', '--once', '--fast', ...ports], {
    cwd,
    env: { VIGIL_MODELS: modelsFolder },
  });
  assert.equal(code, 0, stderr);
  const store = new DatabaseSync(join(cwd, 'vigil-data', 'store', 'vigil.db'), { readOnly: true });
  t.after(() => store.close());
  const ids = (table: string) =>
    store
      .prepare(`select id from ${table}`)
      .all()
      .map(({ id }) => String(id));
  const raised = ids('alarms');
  assert.ok(raised.length >= 3, `${raised.length} alarms`);
  assert.deepEqual(told.map(({ id }) => id).sort(), raised.toSorted());
  assert.ok(
    told.some(({ what }) => what === 'track-ended'),
    'the end of the film ends tracks',
  );
  const outcomes = store.prepare("select body ->> 'outcome' as outcome from deliveries").all();
  assert.deepEqual(
    [outcomes.length, ...new Set(outcomes.map(({ outcome }) => outcome))],
    [2 * raised.length, 'delivered'],
  );
  const printed = stdout.split('\n').filter((line) => line.startsWith('{'));
  assert.equal(printed.length, raised.length);
});
