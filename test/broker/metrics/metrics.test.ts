import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Histogram } from '../../../src/broker/metrics/histogram.ts';
import { Fixture, values } from '../../contract/fixture.ts';
import { startBroker } from '../start-broker.ts';

test('a histogram counts what lies at or below each bound', () => {
  const histogram = new Histogram();
  for (const seconds of [0.0001, 0.001, 0.3, 99]) histogram.observe(seconds);
  const lines = histogram.lines('taken', 'api="Fetch"');
  assert.ok(lines.includes('taken_bucket{api="Fetch",le="0.0005"} 1'));
  assert.ok(lines.includes('taken_bucket{api="Fetch",le="0.001"} 2'));
  assert.ok(lines.includes('taken_bucket{api="Fetch",le="0.5"} 3'));
  assert.ok(lines.includes('taken_bucket{api="Fetch",le="+Inf"} 4'));
  assert.ok(lines.includes('taken_count{api="Fetch"} 4'));
});

test('requests, errors, bytes, logs and flushes are counted, and read over HTTP', async () => {
  await using broker = await startBroker({ metrics: { host: '127.0.0.1', port: 0 } });
  const fixture = await Fixture.open(broker);
  for (const text of ['a', 'b', 'c']) await fixture.produce(values(text));
  assert.equal((await fixture.produce(values('lost'), { partition: 9 })).error, 'UNKNOWN_TOPIC_OR_PARTITION');
  const { host, port } = broker.metricsAddress ?? { host: '', port: 0 };
  const answer = await fetch(`http://${host}:${port}/metrics`);
  assert.match(answer.headers.get('content-type') ?? '', /version=0\.0\.4/);
  const text = await answer.text();
  const value = (line: string) => {
    const found = text.split('\n').find((each) => each.startsWith(`${line} `));
    return Number(found?.slice(line.length + 1));
  };
  assert.equal(value('vigil_broker_requests_total{api="Produce"}'), 4);
  assert.equal(value('vigil_broker_errors_total{api="Produce",error="UNKNOWN_TOPIC_OR_PARTITION"}'), 1);
  assert.equal(value('vigil_broker_request_seconds_count{api="Produce"}'), 4);
  assert.ok(value('vigil_broker_request_bytes_total{api="Produce"}') > 4 * 61);
  assert.ok(value('vigil_broker_response_bytes_total{api="Produce"}') > 40);
  assert.equal(value('vigil_broker_connections'), 1);
  assert.equal(value('vigil_broker_in_flight_bytes'), 0);
  assert.equal(value(`vigil_broker_log_end_offset{topic="${fixture.topic}",partition="0"}`), 3);
  assert.ok(value(`vigil_broker_log_bytes{topic="${fixture.topic}",partition="0"}`) > 3 * 61);
  assert.ok(value('vigil_broker_flush_seconds_count') >= 1);
  for (const line of text.split('\n').filter((each) => each !== '' && !each.startsWith('#')))
    assert.match(line, /^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[\d.e+-]+$/);
  assert.equal((await fetch(`http://${host}:${port}/`)).status, 404);
  assert.equal(broker.metricsText().includes('vigil_broker_requests_total'), true);
  fixture.close();
});

test('without being asked, nothing listens for metrics', async () => {
  await using broker = await startBroker();
  assert.equal(broker.metricsAddress, undefined);
});

test('an address for metrics that is taken ends the start, and leaves nothing behind', async () => {
  await using first = await startBroker({ metrics: { host: '127.0.0.1', port: 0 } });
  await assert.rejects(startBroker({ metrics: first.metricsAddress }), { code: 'PORT_IN_USE' });
});
