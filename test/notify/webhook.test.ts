import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createLogger } from '../../src/base/logger.ts';
import { Broker } from '../../src/broker/index.ts';
import type { NotifierOptions } from '../../src/notify/notifier-options.ts';
import { startNotify } from '../../src/notify/start-notify.ts';
import { sign } from '../../src/notify/webhook.ts';
import { ensureTopics } from '../../src/stage/kafka-admin.ts';
import { openRecordConsumer } from '../../src/stage/record-consumer.ts';
import { openRecordProducer } from '../../src/stage/record-producer.ts';
import { decodeDelivery, encodeAlarm } from '../../src/topics/alarm-record.ts';
import type { Alarm, AlarmDelivery } from '../../src/topics/alarm-schema.ts';
import { topicDefinitions } from '../../src/topics/topic-names.ts';
import { temporaryFolder } from '../support/vigil.ts';
import { exampleAlarm } from './alarms.ts';

interface Request {
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A server that answers as it is told, and a signal for each request. */
class Hook {
  readonly requests: Request[] = [];
  answer: (response: ServerResponse, request: Request) => void = (response) => response.end('thanks');
  readonly #waiting = new Set<() => void>();
  readonly #server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const seen = { path: request.url ?? '', headers: request.headers, body };
      this.requests.push(seen);
      this.answer(response, seen);
      for (const wake of this.#waiting) wake();
    });
  });

  async listen(t: TestContext): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      this.#server.closeAllConnections();
      this.#server.close();
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  of(path: string): Request[] {
    return this.requests.filter((each) => each.path === path);
  }

  async until(path: string, count: number): Promise<Request[]> {
    while (this.of(path).length < count) await new Promise<void>((resolve) => this.#waiting.add(resolve));
    return this.of(path);
  }
}

interface Stage {
  brokers: string[];
  raise(...alarms: Alarm[]): Promise<void>;
  /** Deliveries up to the first for which this holds. */
  deliveries(isLast: (delivery: AlarmDelivery) => boolean): Promise<AlarmDelivery[]>;
  notify(notifiers: NotifierOptions[]): ReturnType<typeof startNotify>;
}

async function openStage(t: TestContext): Promise<Stage> {
  const broker = await Broker.start({ dataDir: join(await temporaryFolder(t), 'data'), port: 0 });
  t.after(() => broker.close());
  const brokers = [broker.bootstrap];
  await ensureTopics({
    brokers,
    clientId: 'test',
    topics: topicDefinitions({ partitions: 3, retentionMs: -1, retentionBytes: -1 }),
  });
  const producer = await openRecordProducer({ brokers, clientId: 'test' });
  t.after(() => producer.close());
  return {
    brokers,
    raise: (...alarms) => producer.send(alarms.map(encodeAlarm)),
    async deliveries(isLast) {
      const found: AlarmDelivery[] = [];
      const from = { brokers, clientId: 'test', topics: ['deliveries'], from: 'beginning' } as const;
      const consumer = await openRecordConsumer(from);
      for await (const record of consumer) {
        found.push(decodeDelivery(record));
        if (found.some(isLast)) break;
      }
      await consumer.close();
      return found;
    },
    notify: (notifiers) =>
      startNotify({
        ...{ brokers, notifiers, cameras: ['yard'], instance: 'test' },
        logger: createLogger('test', { level: 'silent' }),
        waitMs: () => 5,
      }),
  };
}

function webhook(name: string, url: string, more: object = {}): NotifierOptions {
  const target = {
    kind: 'webhook',
    url,
    headers: {},
    contentType: 'application/json',
    timeoutMs: 30_000,
    ...more,
  } as const;
  return { name, target };
}

const idsOf = (requests: readonly Request[]) => requests.map(({ body }) => (JSON.parse(body) as Alarm).id);

test('a webhook that answers 500 gets every alarm once it is well, in order, and holds nobody else up', {
  timeout: 120_000,
}, async (t) => {
  const stage = await openStage(t);
  const hook = new Hook();
  const url = await hook.listen(t);
  hook.answer = (response, { path }) => {
    response.statusCode = path === '/ill' ? 500 : 200;
    response.end('no');
  };
  const notifiers = [webhook('ill', `${url}/ill`, { secret: 'hush' }), webhook('well', `${url}/well`)];
  const first = await stage.notify(notifiers);
  t.after(() => first.close());
  await stage.raise(...[1, 2, 3].map((number) => exampleAlarm(number, ['ill', 'well'])), exampleAlarm(4, ['well']));
  assert.deepEqual(idsOf(await hook.until('/well', 4)), ['door-1', 'door-2', 'door-3', 'door-4']);
  const attempts = await hook.until('/ill', 5);
  assert.deepEqual(new Set(idsOf(attempts)), new Set(['door-1']));
  assert.deepEqual(new Set(attempts.map(({ headers }) => headers['idempotency-key'])), new Set(['door-1/0']));
  // The process ends in the middle of it, and an alarm is raised while nobody is there.
  await first.close();
  await stage.raise(exampleAlarm(5, ['ill', 'well']));
  const before = hook.of('/ill').length;
  hook.answer = (response) => response.end('thanks');
  const second = await stage.notify(notifiers);
  t.after(() => second.close());
  const told = (await hook.until('/ill', before + 4)).slice(before);
  assert.deepEqual(idsOf(told), ['door-1', 'door-2', 'door-3', 'door-5']);
  for (const { headers, body } of told) {
    const [id, seconds] = [String(headers['webhook-id']), String(headers['webhook-timestamp'])];
    assert.equal(headers['webhook-signature'], sign({ id, seconds, body, secret: 'hush' }));
  }
  const isLast = ({ id, outcome }: AlarmDelivery) => id === 'door-5/0/ill' && outcome === 'delivered';
  const deliveries = (await stage.deliveries(isLast)).filter(({ notifier }) => notifier === 'ill');
  const retrying = deliveries.find(({ outcome }) => outcome === 'retrying');
  assert.equal(retrying?.detail, 'HTTP 500 no');
  assert.ok((retrying?.nextAttemptAtUs ?? 0) > (retrying?.atUs ?? 0));
  const delivered = deliveries.filter(({ outcome }) => outcome === 'delivered').map(({ alarm }) => alarm);
  assert.deepEqual(delivered, ['door-1', 'door-2', 'door-3', 'door-5']);
});

test('a webhook that hangs is asked again, and one that refuses an alarm gets the next', {
  timeout: 120_000,
}, async (t) => {
  const stage = await openStage(t);
  const hook = new Hook();
  const url = await hook.listen(t);
  hook.answer = (response, { path, body }) => {
    if (path === '/hangs' && hook.of('/hangs').length === 1) return;
    response.statusCode = path === '/picky' && body === 'door-1' ? 422 : 204;
    response.end();
  };
  const running = await stage.notify([
    webhook('hangs', `${url}/hangs`, { timeoutMs: 300 }),
    webhook('picky', `${url}/picky`, { template: '{{id}}', contentType: 'text/plain' }),
  ]);
  t.after(() => running.close());
  await stage.raise(...[1, 2].map((number) => exampleAlarm(number, ['hangs', 'picky'])));
  assert.deepEqual(idsOf((await hook.until('/hangs', 3)).slice(0, 2)), ['door-1', 'door-1']);
  assert.deepEqual(
    (await hook.until('/picky', 2)).map(({ body }) => body),
    ['door-1', 'door-2'],
  );
  const found = await stage.deliveries(({ id, outcome }) => id === 'door-2/0/hangs' && outcome === 'delivered');
  const hung = found.find(({ notifier, outcome }) => notifier === 'hangs' && outcome === 'retrying');
  assert.equal(hung?.detail, 'no answer within 300 ms');
  const picky = found.filter(({ notifier }) => notifier === 'picky').map(({ alarm, outcome }) => [alarm, outcome]);
  assert.deepEqual(picky, [
    ['door-1', 'failed'],
    ['door-2', 'delivered'],
  ]);
});
