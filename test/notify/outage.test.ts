import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { DeliveryLine } from '../../src/notify/delivery-line.ts';
import { Webhook } from '../../src/notify/webhook.ts';
import { findAlarms } from '../../src/store/alarm-queries.ts';
import { openStore } from '../../src/store/open-store.ts';
import { storeAlarms, storeDeliveries } from '../../src/store/store-alarms.ts';
import { decodeDelivery, encodeAlarm } from '../../src/topics/alarm-record.ts';
import type { AlarmDelivery } from '../../src/topics/alarm-schema.ts';
import type { IncomingRecord, OutgoingRecord } from '../../src/topics/record.ts';
import { exampleAlarm } from './alarms.ts';

const hourMs = 3_600_000;

function incoming({ topic, partition = 0, value, headers, key }: OutgoingRecord): IncomingRecord {
  return { topic, partition, offset: 0n, timestampMs: 0, key: key ? Buffer.from(key) : null, value, headers };
}

test('a webhook that hangs or answers 500 for an hour loses nothing, is not hammered, and its alarms show that they wait', async (t) => {
  const startMs = 1_773_482_000_000;
  let nowMs = startMs;
  const accepted: string[] = [];
  let requests = 0;
  const server = createServer((request, response) => {
    request.resume();
    requests++;
    if (nowMs >= startMs + hourMs) {
      accepted.push(String(request.headers['idempotency-key']));
      response.end('thanks');
    } else if (requests % 8 !== 0) response.writeHead(500).end('not now');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const target = { kind: 'webhook', url, headers: {}, contentType: 'application/json', timeoutMs: 250 } as const;
  const store = await openStore(':memory:');
  const seen: string[] = [];
  const statements: AlarmDelivery[] = [];
  const line = new DeliveryLine({
    options: { name: 'hook', target },
    notifier: new Webhook(target),
    nowUs: () => nowMs * 1000,
    random: () => 0.5,
    signal: new AbortController().signal,
    onRetry: (delivery) => statements.push(delivery),
    logger: { warn() {}, info() {} },
    async pause(milliseconds) {
      nowMs += milliseconds;
      await storeDeliveries(store, statements.splice(0));
      const [alarm] = (await findAlarms(store, { limit: 9 })).items.filter(({ deliveries }) => deliveries.length > 0);
      const [delivery] = alarm?.deliveries ?? [];
      if (delivery) seen.push(`${delivery.outcome}: ${delivery.detail}`);
      assert.ok((delivery?.nextAttemptAtUs ?? 0) <= nowMs * 1000);
    },
  });
  const alarms = [1, 2, 3].map((n) => exampleAlarm(n, ['hook']));
  await storeAlarms(
    store,
    alarms.map((alarm) => ({ kind: 'alarm' as const, alarm })),
  );
  for (const alarm of alarms) {
    const [made] = await line.work(incoming(encodeAlarm(alarm)));
    assert.ok(made);
    await storeDeliveries(store, [decodeDelivery(incoming(made))]);
  }
  assert.deepEqual(accepted, ['door-1/0', 'door-2/0', 'door-3/0'], 'each once, in order');
  assert.ok(requests > 50 && requests < 120, `${requests} requests in an hour`);
  assert.deepEqual([...new Set(seen)].sort(), ['retrying: HTTP 500 not now', 'retrying: no answer within 250 ms']);
  const { items } = await findAlarms(store, { limit: 9 });
  assert.deepEqual(
    items.map(({ deliveries }) => deliveries.map(({ outcome }) => outcome)),
    [['delivered'], ['delivered'], ['delivered']],
  );
  await store.destroy();
});
