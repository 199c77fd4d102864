import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handlers } from '../../../src/broker/handlers/table.ts';
import { apiOf } from '../../../src/wire/apis.ts';
import { type Api, RawClient } from '../../contract/raw-client.ts';
import { randomMessage } from '../../wire/random-value.ts';
import { startBroker } from '../start-broker.ts';

/** What a broker of Apache Kafka 4.1 advertises for the APIs that are served here. */
const apache: Readonly<Record<number, readonly [number, number]>> = {
  ...{ 0: [0, 13], 1: [4, 18], 2: [1, 10], 3: [0, 13], 8: [2, 9], 9: [1, 9], 10: [0, 6], 11: [0, 9], 12: [0, 4] },
  ...{ 13: [0, 5], 14: [0, 5], 15: [0, 6], 16: [0, 5], 18: [0, 4], 19: [2, 7], 20: [1, 6], 21: [0, 2], 22: [0, 5] },
  ...{
    23: [2, 4],
    24: [0, 5],
    25: [0, 4],
    26: [0, 5],
    27: [1, 1],
    28: [0, 5],
    32: [1, 4],
    33: [0, 2],
    35: [1, 4],
    37: [0, 3],
  },
  ...{ 42: [0, 2], 43: [0, 2], 44: [0, 1], 45: [0, 1], 46: [0, 0], 47: [0, 0], 55: [0, 2], 57: [0, 2], 60: [0, 2] },
  ...{ 61: [0, 0], 65: [0, 0], 66: [0, 2], 74: [0, 1], 75: [0, 0] },
};

/** Their newest versions are those of transactions of version 2, which docs/differences.md names as missing. */
const withoutNewest = [26, 28];

test('the versions of Apache Kafka 4.1 are advertised for every API that is served', () => {
  for (const { apiKey, name, minVersion, maxVersion } of handlers) {
    const [from, to = -1] = apache[apiKey] ?? [];
    const expected = [from, withoutNewest.includes(apiKey) ? to - 1 : to];
    assert.deepEqual([minVersion, maxVersion], expected, `${apiKey} ${name}`);
  }
  assert.equal(handlers.length, Object.keys(apache).length);
});

test('every advertised version answers, in that version, what nobody in their senses would ask', async () => {
  await using broker = await startBroker();
  for (const { apiKey, name, oldestServed, maxVersion } of handlers) {
    const api = apiOf(apiKey);
    assert.ok(api, name);
    for (let version = oldestServed; version <= maxVersion; version++) {
      for (let seed = 1; seed <= 5; seed++) {
        const client = await RawClient.connect(broker.bootstrap);
        const body = { ...(randomMessage(api.request, version, { seed }) as object), ...harmless[apiKey] };
        await client.send(api as unknown as Api<unknown, unknown>, version, body).catch((error: unknown) => {
          assert.fail(`${name} version ${version}, seed ${seed}: ${error instanceof Error ? error.message : error}`);
        });
        client.close();
      }
    }
  }
});

/** Fields that random values would make too costly, or that forbid an answer. */
const harmless: Readonly<Record<number, object>> = {
  0: { acks: -1 },
  1: { maxWaitMs: 1 },
  11: { rebalanceTimeoutMs: 1 },
};
