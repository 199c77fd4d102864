import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { LedgerSnapshot } from '../../src/topics/camera-account.ts';
import { ApacheKafka, kafkaLibraries } from '../support/apache-kafka.ts';
import { startVigil, temporaryFolder, Vigil } from '../support/vigil.ts';

/** A camera whose model is five times too slow, and room for a few seconds of it. */
const config = `
cameras: { gate: { source: testsrc, fps: 20, width: 320 } }
detectors: { slow: { model: "delay:250ms", workers: 1 } }
topics: { partitions: 2, retention: { time: 1h, bytes: 100kB, hold: true, horizon: 30m } }
`;

interface Held {
  refused: number;
  published: number;
}

async function look(url: string): Promise<Held> {
  const { cameras } = (await (await fetch(`${url}/api/cameras`)).json()) as LedgerSnapshot;
  return { refused: cameras[0]?.lostReasons['retention-hold'] ?? 0, published: cameras[0]?.published ?? 0 };
}

async function holdsAndGoesOn(t: TestContext, more: readonly string[]): Promise<void> {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'vigil.yml');
  const data = join(folder, 'data');
  writeFileSync(file, config);
  const place = ['--data', data, '--listen', '127.0.0.1:0', '--http', '127.0.0.1:0', ...more];
  const vigil = startVigil(t, ['up', file, ...place]);
  const [, url = ''] = await vigil.printed(/Vigil is looking: (http:\S+)/);
  const [, brokers = ''] = await vigil.printed(/broker +(\S+)/);
  await vigil.printed(/retention by \w+ will reach frames that detect-slow@1 has not read/);
  await vigil.printed(/cameras hold/);
  const then = await look(url);
  let now = then;
  while (now.refused <= then.refused) {
    await delay(200);
    now = await look(url);
  }
  await vigil.printed(/cameras go on/);
  const before = await look(url);
  while ((await look(url)).published <= before.published + 5) await delay(200);
  const audit = new Vigil(['audit', file, '--brokers', brokers, '--json']);
  const { code, stdout, stderr } = await audit.ended;
  assert.equal(code, 0, `${stdout}\n${stderr}`);
  const { code: ended } = await vigil.interrupt();
  assert.equal(ended, 0);
}

test('at the limit of retention cameras hold rather than delete unread frames, say so, and go on when there is room', async (t) => {
  await holdsAndGoesOn(t, []);
});

test('the same on Apache Kafka', { skip: kafkaLibraries() ? false : 'needs Apache Kafka' }, async (t) => {
  await using cluster = await ApacheKafka.start({ folder: mkdtempSync(join(tmpdir(), 'vigil-hold-')) });
  await holdsAndGoesOn(t, ['--brokers', cluster.bootstrap]);
});
