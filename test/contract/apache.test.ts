import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ApacheKafka, kafkaLibraries } from '../support/apache-kafka.ts';
import { adminContract } from './admin.ts';
import { clientsContract } from './clients.ts';
import { clusterContract } from './cluster.ts';
import { compactionConfig, compactionContract } from './compaction.ts';
import { fetchSessionsContract } from './fetch-sessions.ts';
import { groupsContract } from './groups.ts';
import { pitfallsContract } from './pitfalls.ts';
import { recordsContract } from './records.ts';
import { transactionsContract } from './transactions.ts';

/** An Apache Kafka that runs already; without it one is started where its jars are. */
const given = process.env.VIGIL_KAFKA_BOOTSTRAP;

describe('Apache Kafka', () => {
  if (given === undefined && kafkaLibraries() === undefined) {
    test('keeps the same contract', { skip: 'needs Apache Kafka' }, () => {});
    return;
  }
  let bootstrap = given ?? '';
  let stop = async (): Promise<void> => {};
  before(async () => {
    if (given !== undefined) return;
    const folder = mkdtempSync(join(tmpdir(), 'vigil-contract-'));
    const cluster = await ApacheKafka.start({ folder, properties: compactionConfig });
    bootstrap = cluster.bootstrap;
    stop = async () => {
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    };
  });
  after(() => stop());

  const target = () => ({ bootstrap });
  adminContract(target);
  recordsContract(target);
  fetchSessionsContract(target);
  clusterContract(target);
  compactionContract(target);
  pitfallsContract(target);
  clientsContract(target);
  groupsContract(target);
  transactionsContract(target);
});
