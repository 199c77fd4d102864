import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ApacheKafka, kafkaLibraries } from '../../support/apache-kafka.ts';
import { exactlyOnceSuite, sessionTimeoutMs } from './suite.ts';

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
    // Not killed: a broker without replicas may not finish what was committed then (docs/differences.md).
    interrupt: async () => {
      const [broker = 0] = kafka.processIds.values();
      process.kill(broker, 'SIGSTOP');
      await delay(sessionTimeoutMs + 500);
      process.kill(broker, 'SIGCONT');
    },
  }));
});
