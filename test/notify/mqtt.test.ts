import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import mqtt, { type MqttClient } from 'mqtt';
import { createLogger } from '../../src/base/logger.ts';
import { MqttNotifier } from '../../src/notify/mqtt-notifier.ts';
import { temporaryFolder } from '../support/vigil.ts';
import { exampleAlarm } from './alarms.ts';

// Debian keeps it where only root's PATH looks.
const path = `${process.env.PATH}:/usr/sbin`;
const hasMosquitto = spawnSync('mosquitto', ['-h'], { env: { PATH: path } }).error === undefined;
const skip = hasMosquitto ? false : 'mosquitto is not installed';
const logger = createLogger('test', { level: 'silent' });
const { signal } = new AbortController();

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function startMosquitto(t: TestContext, port: number): Promise<ChildProcess> {
  const file = join(await temporaryFolder(t), 'mosquitto.conf');
  writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
  const child = spawn('mosquitto', ['-c', file], { stdio: 'ignore', env: { PATH: path } });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

/** Everything that is said on the broker, newest by topic. */
class Listener {
  readonly said = new Map<string, Buffer>();
  readonly #client: MqttClient;
  readonly #waiting = new Set<() => void>();

  constructor(t: TestContext, url: string) {
    this.#client = mqtt.connect(url, { reconnectPeriod: 50 });
    this.#client.on('error', () => {});
    this.#client.on('connect', () => this.#client.subscribe('#', { qos: 1 }));
    this.#client.on('message', (topic, payload) => {
      this.said.set(topic, payload);
      for (const wake of this.#waiting) wake();
    });
    t.after(() => this.#client.endAsync(true));
  }

  async until(topic: string, payload: string | RegExp): Promise<string> {
    for (;;) {
      const found = this.said.get(topic)?.toString('utf8') ?? '';
      if (typeof payload === 'string' ? found === payload : payload.test(found)) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }
}

/** As the delivery line does it. */
async function deliverAtLast(notifier: MqttNotifier, number: number): Promise<string> {
  for (;;) {
    try {
      return await notifier.deliver(exampleAlarm(number, []), signal);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

test('an MQTT broker hears of alarms, pictures and persons, also after it was away', {
  skip,
  timeout: 120_000,
}, async (t) => {
  const port = await freePort();
  const url = `mqtt://127.0.0.1:${port}`;
  let broker = await startMosquitto(t, port);
  const listener = new Listener(t, url);
  const notifier = new MqttNotifier({
    name: 'home',
    target: { kind: 'mqtt', url, prefix: 'vigil', discovery: 'homeassistant' },
    cameras: ['yard'],
    pictureOf: async () => Buffer.from('a picture'),
    logger,
  });
  t.after(() => notifier.close());
  await listener.until('vigil/status', 'online');
  const config = JSON.parse(await listener.until('homeassistant/sensor/vigil_yard/persons/config', /persons/));
  assert.equal(config.state_topic, 'vigil/yard/persons');
  assert.equal(config.availability_topic, 'vigil/status');
  notifier.sawPersons('yard', 2);
  await listener.until('vigil/yard/persons', '2');
  assert.match(await deliverAtLast(notifier, 1), /with the picture/);
  await listener.until('vigil/alarms', /door-1/);
  assert.equal(await listener.until('vigil/yard/snapshot', 'a picture'), 'a picture');

  broker.kill('SIGKILL');
  await once(broker, 'exit');
  const late = deliverAtLast(notifier, 2);
  notifier.sawPersons('yard', 3);
  listener.said.clear();
  broker = await startMosquitto(t, port);
  await late;
  await listener.until('vigil/status', 'online');
  await listener.until('vigil/yard/persons', '3');
  await listener.until('vigil/yard/alarm', /door-2/);
});

test('the broker says that Vigil is gone, however it went', { skip, timeout: 120_000 }, async (t) => {
  const port = await freePort();
  const url = `mqtt://127.0.0.1:${port}`;
  await startMosquitto(t, port);
  const listener = new Listener(t, url);
  const script = `
    const { MqttNotifier } = await import(${JSON.stringify(new URL('../../src/notify/mqtt-notifier.ts', import.meta.url).href)});
    const target = { kind: 'mqtt', url: ${JSON.stringify(url)}, prefix: 'vigil' };
    new MqttNotifier({ name: 'home', target, cameras: [], pictureOf: async () => undefined, logger: { warn() {} } });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await listener.until('vigil/status', 'online');
  child.kill('SIGKILL');
  assert.equal(await listener.until('vigil/status', 'offline'), 'offline');
});
