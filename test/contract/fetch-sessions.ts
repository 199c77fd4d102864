import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchRequest, fetchResponse } from '../../src/wire/messages/01-fetch.ts';
import { metadataRequest, metadataResponse } from '../../src/wire/messages/03-metadata.ts';
import { deleteRecordsRequest, deleteRecordsResponse } from '../../src/wire/messages/21-delete-records.ts';
import { recordBatches } from '../../src/wire/record-batch.ts';
import { batchRecords } from '../../src/wire/records.ts';
import { errorName, Fixture, type Target, values } from './fixture.ts';

const api = {
  fetch: { request: fetchRequest, response: fetchResponse },
  metadata: { request: metadataRequest, response: metadataResponse },
  deleteRecords: { request: deleteRecordsRequest, response: deleteRecordsResponse },
};

/** What a session remembers between fetches, as any Kafka broker keeps it. */
export function fetchSessionsContract(target: () => Target): void {
  const withSession = async (run: (reader: SessionReader) => Promise<void>): Promise<void> => {
    const fixture = await Fixture.open(target(), { partitions: 3 });
    try {
      await run(new SessionReader(fixture));
    } finally {
      fixture.close();
    }
  };

  test('a session answers for the partitions that have something new, and for no others', () =>
    withSession(async (reader) => {
      const begun = await reader.begin([0, 0, 0]);
      assert.deepEqual(begun.partitions, [0, 1, 2]);
      assert.ok(reader.sessionId > 0);
      assert.deepEqual(await reader.next(), { error: 'NONE', partitions: [], values: [] });
      await reader.fixture.produce(values('a'), { partition: 1 });
      assert.deepEqual(await reader.next(), { error: 'NONE', partitions: [1], values: ['a'] });
      assert.deepEqual(await reader.next({ changed: [[1, 1n]] }), { error: 'NONE', partitions: [], values: [] });
    }));

  test('records that the client has not moved past are answered again', () =>
    withSession(async (reader) => {
      await reader.fixture.produce(values('a'), { partition: 2 });
      assert.deepEqual((await reader.begin([0, 0, 0])).values, ['a']);
      assert.deepEqual((await reader.next()).values, ['a']);
      assert.deepEqual((await reader.next({ changed: [[2, 1n]] })).values, []);
    }));

  test('partitions enter a session and leave it', () =>
    withSession(async (reader) => {
      for (const partition of [0, 1, 2]) await reader.fixture.produce(values(`in ${partition}`), { partition });
      assert.deepEqual((await reader.begin([0])).values, ['in 0']);
      assert.deepEqual((await reader.next({ changed: [[2, 0n]] })).values.sort(), ['in 0', 'in 2']);
      assert.deepEqual((await reader.next({ forgotten: [0] })).values, ['in 2']);
      assert.deepEqual((await reader.next({ forgotten: [2] })).values, []);
      assert.equal((await reader.next()).error, 'FETCH_SESSION_ID_NOT_FOUND', 'an empty session is over');
    }));

  test('a log start that has moved is told', () =>
    withSession(async (reader) => {
      await reader.fixture.produce(values('a', 'b'));
      await reader.begin([2]);
      assert.deepEqual((await reader.next()).partitions, []);
      await reader.fixture.client.send(api.deleteRecords, 2, {
        topics: [{ name: reader.fixture.topic, partitions: [{ partitionIndex: 0, offset: 1n }] }],
        timeoutMs: 5000,
      });
      assert.deepEqual((await reader.next()).partitions, [0]);
      assert.deepEqual((await reader.next()).partitions, []);
    }));

  test('an error is told again and again, and once more that it is over', () =>
    withSession(async (reader) => {
      await reader.fixture.produce(values('a'));
      await reader.begin([7]);
      assert.deepEqual((await reader.next()).errors, ['OFFSET_OUT_OF_RANGE']);
      assert.deepEqual((await reader.next({ changed: [[0, 1n]] })).partitions, [0]);
      assert.deepEqual((await reader.next()).partitions, []);
    }));

  test('a session that nobody knows, and an epoch out of turn, are told apart', () =>
    withSession(async (reader) => {
      await reader.begin([0]);
      const { sessionId } = reader;
      assert.equal(
        (await reader.send({ sessionId: sessionId === 1 ? 2 : sessionId - 1, epoch: 1 })).error,
        'FETCH_SESSION_ID_NOT_FOUND',
      );
      assert.equal((await reader.send({ sessionId, epoch: 7 })).error, 'INVALID_FETCH_SESSION_EPOCH');
      assert.equal((await reader.send({ sessionId, epoch: 1 })).error, 'NONE');
      assert.equal((await reader.send({ sessionId, epoch: 1 })).error, 'INVALID_FETCH_SESSION_EPOCH');
      assert.equal((await reader.send({ sessionId, epoch: 2 })).error, 'NONE');
    }));

  test('a session ends when its client says so, or begins another in its place', () =>
    withSession(async (reader) => {
      await reader.begin([0]);
      const first = reader.sessionId;
      const again = await reader.send({ sessionId: first, epoch: 0, changed: [[0, 0n]] });
      assert.equal(again.error, 'NONE');
      assert.notEqual(reader.sessionId, first);
      assert.equal((await reader.send({ sessionId: first, epoch: 1 })).error, 'FETCH_SESSION_ID_NOT_FOUND');
      const { sessionId } = reader;
      assert.equal((await reader.send({ sessionId, epoch: -1 })).error, 'NONE');
      assert.equal(reader.sessionId, 0);
      assert.equal((await reader.send({ sessionId, epoch: 1 })).error, 'FETCH_SESSION_ID_NOT_FOUND');
    }));

  test('a session made with topic names is not used with topic ids', () =>
    withSession(async (reader) => {
      await reader.begin([0]);
      assert.equal((await reader.next({ version: 13 })).error, 'FETCH_SESSION_TOPIC_ID_ERROR');
    }));

  test('a session made with topic ids works with them', () =>
    withSession(async (reader) => {
      const { fixture } = reader;
      const { topics } = await fixture.client.send(api.metadata, 12, {
        topics: [{ name: fixture.topic }],
        allowAutoTopicCreation: false,
      });
      reader.topicId = topics[0]?.topicId ?? '';
      await reader.begin([0, 0], 13);
      await fixture.produce(values('by id'), { partition: 1 });
      assert.deepEqual(await reader.next({ version: 13 }), { error: 'NONE', partitions: [1], values: ['by id'] });
      assert.deepEqual((await reader.next({ version: 13, forgotten: [1] })).values, []);
    }));
}

interface Step {
  sessionId: number;
  epoch: number;
  version?: number;
  /** Partitions with the offsets to go on from. */
  changed?: [number, bigint][];
  forgotten?: number[];
}

interface Told {
  error: string;
  partitions: number[];
  values: (string | null)[];
  errors?: string[];
}

/** A client that keeps one session, step by step. */
class SessionReader {
  readonly fixture: Fixture;
  sessionId = 0;
  topicId: string | undefined;
  #epoch = 0;

  constructor(fixture: Fixture) {
    this.fixture = fixture;
  }

  /** @param offsets where to begin in partition 0, 1 … */
  async begin(offsets: number[], version = 12): Promise<Told> {
    const changed = offsets.map((offset, partition): [number, bigint] => [partition, BigInt(offset)]);
    const told = await this.send({ sessionId: 0, epoch: 0, changed, version });
    this.#epoch = 1;
    return told;
  }

  next(step: Omit<Step, 'sessionId' | 'epoch'> = {}): Promise<Told> {
    return this.send({ sessionId: this.sessionId, epoch: this.#epoch++, ...step });
  }

  async send({ sessionId, epoch, version = 12, changed = [], forgotten = [] }: Step): Promise<Told> {
    const name = version >= 13 ? { topicId: this.topicId ?? 'AQEBAQEBAQEBAQEBAQEBAQ' } : { topic: this.fixture.topic };
    const partitions = changed.map(([partition, fetchOffset]) => ({ partition, fetchOffset, partitionMaxBytes: 1e6 }));
    const answer = await this.fixture.client.send(api.fetch, version, {
      maxWaitMs: 100,
      minBytes: 1,
      maxBytes: 1e6,
      sessionId,
      sessionEpoch: epoch,
      topics: partitions.length === 0 ? [] : [{ ...name, partitions }],
      forgottenTopicsData: forgotten.length === 0 ? [] : [{ ...name, partitions: forgotten }],
    });
    if (answer.errorCode === 0) this.sessionId = answer.sessionId;
    const told = answer.responses.flatMap((topic) => topic.partitions);
    const errors = told.map((each) => errorName(each.errorCode)).filter((each) => each !== 'NONE');
    return {
      error: errorName(answer.errorCode),
      partitions: told.map((each) => each.partitionIndex).sort(),
      values: told.flatMap(({ records }) => valuesIn(records)),
      ...(errors.length > 0 && { errors }),
    };
  }
}

function valuesIn(records: Buffer | null): (string | null)[] {
  const batches = [...recordBatches(records ?? Buffer.alloc(0))];
  return batches.flatMap((batch) => [...batchRecords(batch)].map(({ value }) => value?.toString() ?? null));
}
