import { after, before, describe } from 'node:test';
import type { Broker } from '../../src/broker/broker.ts';
import { startBroker } from '../broker/start-broker.ts';
import { adminContract } from './admin.ts';
import { clientsContract } from './clients.ts';
import { clusterContract } from './cluster.ts';
import { compactionConfig, compactionContract } from './compaction.ts';
import { fetchSessionsContract } from './fetch-sessions.ts';
import { groupsContract } from './groups.ts';
import { pitfallsContract } from './pitfalls.ts';
import { recordsContract } from './records.ts';
import { transactionsContract } from './transactions.ts';

describe('the embedded broker', () => {
  let broker: Broker;
  before(async () => {
    broker = await startBroker({ config: compactionConfig });
  });
  after(() => broker.close());

  adminContract(() => broker);
  recordsContract(() => broker);
  fetchSessionsContract(() => broker);
  clusterContract(() => broker);
  compactionContract(() => broker);
  pitfallsContract(() => broker);
  clientsContract(() => broker);
  groupsContract(() => broker);
  transactionsContract(() => broker);
});
