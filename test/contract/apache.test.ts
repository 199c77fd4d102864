import { describe, test } from 'node:test';
import { adminContract } from './admin.ts';
import { clientsContract } from './clients.ts';
import { groupsContract } from './groups.ts';
import { recordsContract } from './records.ts';
import { transactionsContract } from './transactions.ts';

const bootstrap = process.env.VIGIL_KAFKA_BOOTSTRAP;

describe('Apache Kafka', () => {
  if (bootstrap === undefined) {
    test('keeps the same contract', { skip: 'needs VIGIL_KAFKA_BOOTSTRAP, the address of an Apache Kafka' }, () => {});
    return;
  }
  adminContract(() => ({ bootstrap }));
  recordsContract(() => ({ bootstrap }));
  clientsContract(() => ({ bootstrap }));
  groupsContract(() => ({ bootstrap }));
  transactionsContract(() => ({ bootstrap }));
});
