import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { initProducerIdRequest, initProducerIdResponse } from '../../src/wire/messages/22-init-producer-id.ts';
import {
  addPartitionsToTxnRequest,
  addPartitionsToTxnResponse,
} from '../../src/wire/messages/24-add-partitions-to-txn.ts';
import { endTxnRequest, endTxnResponse } from '../../src/wire/messages/26-end-txn.ts';
import { encodeBatch } from '../../src/wire/records.ts';
import { Fixture, values } from '../contract/fixture.ts';
import { Random } from './random.ts';
import { startBroker } from './start-broker.ts';

const child = join(import.meta.dirname, 'crash-child.ts');
const topic = 'transactional';
const init = { request: initProducerIdRequest, response: initProducerIdResponse };
const add = { request: addPartitionsToTxnRequest, response: addPartitionsToTxnResponse };
const end = { request: endTxnRequest, response: endTxnResponse };

/** One request adds the partitions, three bring records, one ends it. */
const stepsPerTransaction = 5;
const leastTransactions = 8;

interface Outcomes {
  committed: string[];
  aborted: string[];
  /** The end was asked for and no answer came: either may be true. */
  unknown: string[];
}

/**
 * Transactions of three records, every third one aborted, until the broker is gone.
 *
 * @param onSent told with every request that leaves, before its answer comes
 */
async function transactUntilKilled(
  bootstrap: string,
  outcomes: Outcomes,
  { round, onSent }: { round: number; onSent: () => void },
): Promise<void> {
  const fixture = await Fixture.open({ bootstrap });
  const transactionalId = 'worker';
  const { client } = fixture;
  let ending: string[] = [];
  try {
    const begun = await client.send(init, 4, { transactionalId, transactionTimeoutMs: 60_000 });
    assert.equal(begun.errorCode, 0);
    const { producerId, producerEpoch } = begun;
    for (let number = 0, sequence = 0; ; number++) {
      const committed = number % 3 !== 2;
      const texts = [0, 1, 2].map((i) => `${round}/${number}/${i}`);
      const added = client.send(add, 3, {
        v3AndBelowTransactionalId: transactionalId,
        v3AndBelowProducerId: producerId,
        v3AndBelowProducerEpoch: producerEpoch,
        v3AndBelowTopics: [{ name: topic, partitions: [0, 1] }],
      });
      onSent();
      await added;
      for (const [i, text] of texts.entries()) {
        // Two partitions: the even records of a transaction and the odd one keep their own sequences.
        const partition = i % 2;
        const baseSequence = partition === 0 ? sequence * 2 + i / 2 : sequence;
        const batch = { ...values(text), producerId, producerEpoch, baseSequence, isTransactional: true };
        const bytes = encodeBatch({ ...batch, timestamp: BigInt(Date.now()) });
        const produced = fixture.produce(bytes, { topic, partition, transactionalId });
        onSent();
        const answer = await produced;
        assert.equal(answer.error, 'NONE');
      }
      sequence++;
      ending = texts;
      const asked = client.send(end, 3, { transactionalId, producerId, producerEpoch, committed });
      onSent();
      const ended = await asked;
      assert.equal(ended.errorCode, 0);
      outcomes[committed ? 'committed' : 'aborted'].push(...texts);
      ending = [];
    }
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('closed the connection')) throw error;
    outcomes.unknown.push(...ending);
  } finally {
    fixture.close();
  }
}

/** What a reader of committed records sees: all, less those of the aborted transactions it is told of. */
async function readCommitted(fixture: Fixture, partition: number): Promise<string[]> {
  const found = await fixture.fetch(0n, { topic, partition, isolationLevel: 1, maxBytes: 50_000_000 });
  assert.equal(found.lastStableOffset, found.highWatermark, 'a transaction is still open');
  const pending = [...(found.abortedTransactions ?? [])].sort((a, b) => Number(a.firstOffset - b.firstOffset));
  const aborting = new Set<bigint>();
  const seen: string[] = [];
  let next = 0;
  for (const batch of found.batches) {
    for (let each = pending[next]; each !== undefined && each.firstOffset <= batch.lastOffset; each = pending[++next]) {
      aborting.add(each.producerId);
    }
    if (batch.isControl) aborting.delete(batch.producerId);
    else if (!aborting.has(batch.producerId)) seen.push(found.values[valueIndex(found.batches, batch)] ?? '');
  }
  return seen;
}

/** Every data batch holds one record. */
function valueIndex<T extends { isControl: boolean }>(batches: readonly T[], batch: T): number {
  return batches.filter((each) => !each.isControl).indexOf(batch);
}

test('kills in the middle of transactions leave each one whole or not at all', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'vigil-transactions-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const random = new Random(11);
  const outcomes: Outcomes = { committed: [], aborted: [], unknown: [] };
  for (let round = 0; round < 5; round++) {
    const broker = spawn(process.execPath, [child, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(broker.stdout, 'data')) as [Buffer];
    const bootstrap = line.toString().trim();
    if (round === 0) {
      const fixture = await Fixture.open({ bootstrap });
      await fixture.createTopic(topic, { partitions: 2 });
      fixture.close();
    }
    const exited = once(broker, 'exit');
    // Five requests make a transaction: each round ends in another of its steps, after some whole ones.
    let untilKill = leastTransactions * stepsPerTransaction + random.below(4 * stepsPerTransaction) + round;
    const onSent = () => void (--untilKill === 0 && broker.kill('SIGKILL'));
    await transactUntilKilled(bootstrap, outcomes, { round, onSent });
    await exited;
  }

  await using broker = await startBroker({ dataDir: directory });
  const fixture = await Fixture.open(broker);
  t.after(() => fixture.close());
  const begun = await fixture.client.send(init, 4, { transactionalId: 'worker', transactionTimeoutMs: 60_000 });
  assert.equal(begun.errorCode, 0, 'what was left open is aborted');
  const seen = [...(await readCommitted(fixture, 0)), ...(await readCommitted(fixture, 1))];
  const visible = new Set(seen);
  assert.equal(visible.size, seen.length, 'a record is there twice');
  assert.ok(outcomes.committed.length > 30, `only ${outcomes.committed.length} were committed`);
  assert.deepEqual(
    outcomes.committed.filter((text) => !visible.has(text)),
    [],
    'committed and not there',
  );
  assert.deepEqual(
    outcomes.aborted.filter((text) => visible.has(text)),
    [],
    'aborted and visible',
  );
  const known = new Set([...outcomes.committed, ...outcomes.unknown]);
  assert.deepEqual(
    seen.filter((text) => !known.has(text)),
    [],
    'never ended and visible',
  );
  const transactions = new Map<string, number>();
  for (const text of seen) {
    const transaction = text.slice(0, text.lastIndexOf('/'));
    transactions.set(transaction, (transactions.get(transaction) ?? 0) + 1);
  }
  assert.ok(
    [...transactions.values()].every((count) => count === 3),
    'a transaction is there in part',
  );
});
