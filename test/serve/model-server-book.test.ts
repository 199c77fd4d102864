import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelServerBook } from '../../src/serve/model-server-book.ts';
import { decodeLedgerRecord } from '../../src/topics/ledger-record.ts';
import { encodeModelServerStatement, type ModelServerStatement } from '../../src/topics/model-server-statement.ts';

function statement(change: Partial<ModelServerStatement> = {}): ModelServerStatement {
  const about = { detector: 'people@1', instance: 'a', server: 'http://models.local/detect' };
  return { ...about, breaker: 'open', statedAtUs: 1_000_000_000, inHand: 3, ...change };
}

test('a statement reads back as it was written', () => {
  const written = statement({ error: { code: 'MODEL_SERVER_UNREACHABLE', message: 'refused' } });
  const { key, partition = 0, ...record } = encodeModelServerStatement(written);
  const read = decodeLedgerRecord({ ...record, partition, offset: 0n, timestampMs: 0, key: Buffer.from(key ?? '') });
  assert.deepEqual(read, { kind: 'model-server', statement: written });
  const broken = { ...record, value: Buffer.from('{"detector":7}'), partition, offset: 0n, timestampMs: 0, key: null };
  assert.throws(() => decodeLedgerRecord(broken), { code: 'RECORD_INVALID' });
});

test('processes that wait for their server are counted by detector, by the newest that each said', () => {
  const book = new ModelServerBook();
  book.add(statement());
  book.add(statement({ instance: 'b', breaker: 'half-open' }));
  book.add(statement({ instance: 'c', breaker: 'closed' }));
  book.add(statement({ detector: 'cars@2', breaker: 'closed' }));
  assert.deepEqual(
    [...book.waiting(1_000_500)],
    [
      ['people@1', 2],
      ['cars@2', 0],
    ],
  );
  book.add(statement({ breaker: 'closed', statedAtUs: 1_000_100_000 }));
  book.add(statement({ statedAtUs: 999_000_000 }));
  assert.equal(book.waiting(1_000_500).get('people@1'), 1);
});

test('a process that has said no more for two minutes is gone', () => {
  const book = new ModelServerBook();
  book.add(statement());
  assert.equal(book.waiting(1_119_000).get('people@1'), 1);
  assert.equal(book.waiting(1_121_000).get('people@1'), 0);
});
