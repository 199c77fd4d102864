import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { offsetCommitRequest, offsetCommitResponse } from '../../src/wire/messages/08-offset-commit.ts';
import { offsetFetchRequest, offsetFetchResponse } from '../../src/wire/messages/09-offset-fetch.ts';
import { initProducerIdRequest, initProducerIdResponse } from '../../src/wire/messages/22-init-producer-id.ts';
import { encodeBatch } from '../../src/wire/records.ts';
import { Fixture, values } from '../contract/fixture.ts';
import { RawClient } from '../contract/raw-client.ts';
import { Random } from './random.ts';
import { startBroker } from './start-broker.ts';

const child = join(import.meta.dirname, 'crash-child.ts');

async function startChild(directory: string): Promise<{ process: ChildProcess; bootstrap: string }> {
  const started = spawn(process.execPath, [child, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(started.stdout, 'data')) as [Buffer];
  return { process: started, bootstrap: line.toString().trim() };
}

/** Everything that was acknowledged, kept by the test. */
interface Acknowledged {
  topic: string;
  values: string[];
  committed: bigint;
}

interface Kill {
  /** Records of this round that are acknowledged before the broker is killed, at some moment after. */
  afterRecords: number;
  kill(): void;
}

/** Produces with sequence numbers and commits offsets until the broker is gone. */
async function loadUntilKilled(
  bootstrap: string,
  acknowledged: Acknowledged,
  { round, afterRecords, kill }: Kill & { round: number },
): Promise<void> {
  const fixture = await Fixture.open({ bootstrap });
  const { producerId, producerEpoch } = await fixture.client.send(
    { request: initProducerIdRequest, response: initProducerIdResponse },
    4,
    { transactionalId: null, transactionTimeoutMs: 1000 },
  );
  try {
    for (let sequence = 0; ; sequence++) {
      const text = `${round}/${sequence}`;
      const batch = {
        ...values(text),
        producerId,
        producerEpoch,
        baseSequence: sequence,
        timestamp: BigInt(Date.now()),
      };
      const answer = await fixture.produce(encodeBatch(batch), { topic: acknowledged.topic });
      assert.equal(answer.error, 'NONE');
      acknowledged.values.push(text);
      if (sequence === afterRecords) kill();
      if (sequence % 5 === 0) await commit(fixture.client, acknowledged, answer.baseOffset + 1n);
    }
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('closed the connection')) throw error;
  } finally {
    fixture.close();
  }
}

async function commit(client: RawClient, acknowledged: Acknowledged, offset: bigint): Promise<void> {
  const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: null }];
  const answer = await client.send({ request: offsetCommitRequest, response: offsetCommitResponse }, 7, {
    groupId: 'group',
    memberId: '',
    topics: [{ name: acknowledged.topic, partitions }],
  });
  assert.equal(answer.topics[0]?.partitions[0]?.errorCode, 0);
  acknowledged.committed = offset;
}

async function readAll(fixture: Fixture, topic: string): Promise<string[]> {
  const found: string[] = [];
  for (let offset = 0n; ; ) {
    const { batches, values: texts, highWatermark } = await fixture.fetch(offset, { topic });
    for (const text of texts) found.push(text ?? '');
    const last = batches.at(-1);
    if (last === undefined || last.lastOffset + 1n >= highWatermark) return found;
    offset = last.lastOffset + 1n;
  }
}

test('nothing acknowledged is lost, doubled or out of order when the broker is killed again and again', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'vigil-crash-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const random = new Random(42);
  const acknowledged: Acknowledged = { topic: 'survivors', values: [], committed: 0n };
  for (let round = 0; round < 5; round++) {
    const { process: broker, bootstrap } = await startChild(directory);
    if (round === 0) {
      const fixture = await Fixture.open({ bootstrap });
      await fixture.createTopic(acknowledged.topic);
      fixture.close();
    }
    const exited = once(broker, 'exit');
    const kill = () => void setTimeout(() => broker.kill('SIGKILL'), random.below(30));
    await loadUntilKilled(bootstrap, acknowledged, { round, afterRecords: 15 + random.below(50), kill });
    await exited;
  }

  await using broker = await startBroker({ dataDir: directory });
  const fixture = await Fixture.open(broker);
  t.after(() => fixture.close());
  const found = await readAll(fixture, acknowledged.topic);
  assert.ok(acknowledged.values.length > 50, `only ${acknowledged.values.length} were acknowledged`);
  assert.equal(new Set(found).size, found.length, 'a record is there twice');
  const kept = new Set(acknowledged.values);
  assert.deepEqual(
    found.filter((text) => kept.has(text)),
    acknowledged.values,
  );
  // At most the one record per round whose acknowledgement was under way.
  assert.ok(found.length - acknowledged.values.length <= 5);
  const client = await RawClient.connect(broker.bootstrap);
  const answer = await client.send({ request: offsetFetchRequest, response: offsetFetchResponse }, 7, {
    groupId: 'group',
    topics: [{ name: acknowledged.topic, partitionIndexes: [0] }],
  });
  const offset = answer.topics[0]?.partitions[0]?.committedOffset ?? -1n;
  assert.ok(offset >= acknowledged.committed, `${offset} is before ${acknowledged.committed}`);
  client.close();
});
