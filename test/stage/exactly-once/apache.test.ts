import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ApacheKafka, kafkaLibraries } from '../../support/apache-kafka.ts';
import { exactlyOnceSuite } from './suite.ts';

describe('exactly once on Apache Kafka', () => {
  if (kafkaLibraries() === undefined) {
    test('keeps the same promises', { skip: 'needs Apache Kafka' }, () => {});
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'vigil-exactly-once-'));
  let kafka: ApacheKafka;
  before(async () => {
    kafka = await ApacheKafka.start({ folder, properties: { 'group.min.session.timeout.ms': '1000' } });
  });
  after(async () => {
    await kafka.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  exactlyOnceSuite(() => ({
    brokers: kafka.bootstrap.split(','),
    restart: async () => {
      await kafka.killBroker(1);
      await kafka.startBroker(1);
    },
  }));
});
