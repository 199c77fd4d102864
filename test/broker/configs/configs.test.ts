import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../../src/base/errors.ts';
import { brokerConfigs } from '../../../src/broker/configs/broker-configs.ts';
import { BrokerSettings } from '../../../src/broker/configs/broker-settings.ts';
import { checkConfigValue } from '../../../src/broker/configs/config-definition.ts';
import { checkTopicConfig, logConfigFrom, topicConfigs } from '../../../src/broker/configs/topic-configs.ts';
import { defaultLogConfig } from '../../../src/log/log-config.ts';

test('every default is a value that its own config allows', () => {
  for (const definition of [...topicConfigs, ...brokerConfigs]) {
    assert.equal(checkConfigValue(definition, definition.defaultValue), undefined, definition.name);
  }
});

test('every config is documented and stands in its table once', () => {
  for (const table of [topicConfigs, brokerConfigs]) {
    assert.equal(new Set(table.map(({ name }) => name)).size, table.length);
    for (const { name, documentation } of table) assert.ok(documentation.endsWith('.'), name);
  }
});

test('the defaults of topics make the log that the log itself has by default', () => {
  const settings = new BrokerSettings({});
  const { flushPolicy, flushIntervalMs, producerIdExpirationMs, ...rest } = defaultLogConfig;
  const made = logConfigFrom((name) => settings.topicDefault(name), {
    flushPolicy,
    flushIntervalMs,
    producerIdExpirationMs,
  });
  assert.deepEqual(made, { ...rest, flushPolicy, flushIntervalMs, producerIdExpirationMs });
});

test('values of the wrong type or out of bounds are refused with both sides named', () => {
  for (const [name, value] of [
    ['retention.ms', 'soon'],
    ['retention.ms', '-2'],
    ['segment.bytes', '1.5'],
    ['segment.bytes', '99999999999'],
    ['cleanup.policy', 'shred'],
    ['preallocate', 'yes'],
    ['min.cleanable.dirty.ratio', '2'],
    ['message.timestamp.type', 'Never'],
  ] as const) {
    const wrong = checkTopicConfig(name, value) ?? '';
    assert.ok(wrong.includes(name) && wrong.includes(value), `${name}=${value}: ${wrong}`);
  }
  assert.equal(checkTopicConfig('cleanup.policy', 'delete, compact'), undefined);
  assert.match(checkTopicConfig('retention.msx', '1') ?? '', /Unknown/);
});

test('a topic’s default comes from the broker: changed while running, given at the start, Kafka’s', () => {
  const settings = new BrokerSettings({ 'log.retention.ms': 5000 });
  assert.equal(settings.topicDefault('retention.ms'), '5000');
  settings.dynamic.set('log.retention.ms', '7000');
  assert.equal(settings.topicDefault('retention.ms'), '7000');
  assert.equal(settings.topicDefault('segment.bytes'), `${2 ** 30}`);
});

test('a broker config that does not exist is refused at the start', () => {
  assert.throws(
    () => new BrokerSettings({ 'num.partition': 3 }),
    (error) => isFault(error, 'CONFIG_INVALID'),
  );
  assert.throws(
    () => new BrokerSettings({ 'num.partitions': 0 }),
    (error) => isFault(error, 'CONFIG_INVALID'),
  );
});
